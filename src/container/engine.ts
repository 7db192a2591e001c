/**
 * The engine: everything that can be done with containers, for the command line, the REPL and scripts. Each verb loads what it needs, so that a short `run` loads little.
 * Containers are named by id, the beginning of one, name, or pid.
 */
import type { Readable } from 'node:stream';
import type { PublishedPort } from '../network/ports.ts';
import type { Attachment } from './attach.ts';
import type { Event, EventFilter } from './events.ts';
import type { ExecRequest, Execution } from './exec/exec.ts';
import type { CopyOptions } from './files/copy.ts';
import type { Change } from './files/diff.ts';
import type { UpdateOptions } from './lifecycle/change.ts';
import type { Inspection } from './lifecycle/inspect.ts';
import type { ListOptions, Summary } from './lifecycle/list.ts';
import type { DiskUse } from './lifecycle/prune.ts';
import type { Processes, Usage } from './lifecycle/top.ts';
import type { LogLine, LogOptions } from './logs/reader.ts';
import type { RunOptions } from './options.ts';
import type { Foreground, ForegroundOptions } from './run.ts';
import type { Size } from './supervisor/protocol.ts';
import type { VolumeInfo } from './volumes.ts';

export type {
  Attachment,
  Change,
  CopyOptions,
  DiskUse,
  Event,
  EventFilter,
  ExecRequest,
  Execution,
  Foreground,
  ForegroundOptions,
  Inspection,
  ListOptions,
  LogLine,
  LogOptions,
  Processes,
  RunOptions,
  Size,
  Summary,
  UpdateOptions,
  Usage,
  VolumeInfo,
};

/** What a crash has left is put right first; where nothing may be written, things are shown as they are. */
async function settled(): Promise<void> {
  const { reconcileIfPossible } = await import('./lifecycle/reconcile.ts');
  await reconcileIfPossible();
}

const find = async (reference: string) => {
  const { findContainer } = await import('./store/find.ts');
  return findContainer(reference);
};

/** Makes a container without starting it. @returns its id. @throws UsageError */
export async function create(options: RunOptions): Promise<string> {
  await settled();
  const { createContainer } = await import('./lifecycle/create.ts');
  return (await createContainer(options, true)).id;
}

/** Starts a container in the background. @returns its id. @throws UsageError (exit code 126, 127 when its program cannot be run) */
export async function start(reference: string): Promise<string> {
  await settled();
  const { id } = await find(reference);
  const { ask } = await import('./supervisor/client.ts');
  await ask({ op: 'start', id });
  return id;
}

/** Starts a container and stays attached to it. @param stdin its input comes from here, and ends when that is said */
export async function startAttached(
  reference: string,
  options: { stdin?: boolean; size?: Size } = {},
): Promise<Attachment> {
  await settled();
  const { id } = await find(reference);
  const { openAttachment } = await import('./attach.ts');
  return await openAttachment({ op: 'start', id, attach: true, ...options });
}

/** Attaches to a container that runs in the background. */
export async function attach(reference: string, options: { stdin?: boolean } = {}): Promise<Attachment> {
  await settled();
  const container = await find(reference);
  const { requireRunning } = await import('./exec/join.ts');
  requireRunning(container);
  const { openAttachment } = await import('./attach.ts');
  return await openAttachment({ op: 'attach', id: container.id, ...options });
}

/** Makes and starts a container in the background: `run -d`. @returns its id; when it cannot be started it stays, with the reason, unless `rm` was asked for */
export async function runDetached(options: RunOptions): Promise<string> {
  const id = await create(options);
  try {
    return await start(id);
  } catch (error) {
    if (options.rm) await remove(id, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Starts a container in this process: `run` without -d. Wait for `ended()`. */
export async function startForeground(options: RunOptions, more: ForegroundOptions = {}): Promise<Foreground> {
  await settled();
  const run = await import('./run.ts');
  return await run.startForeground(options, more);
}

/** Asks it to end, and ends it when it has not after `timeout` seconds (its own --stop-timeout, else 10). @returns its id */
export async function stop(
  reference: string,
  options: { timeout?: number; signal?: string | number } = {},
): Promise<string> {
  await settled();
  const [verbs, { parseSignal }] = await Promise.all([import('./lifecycle/stop.ts'), import('./compile/policies.ts')]);
  return await verbs.stop(
    reference,
    options.timeout,
    options.signal === undefined ? undefined : parseSignal(options.signal),
  );
}

/** @param signal a name or number; SIGKILL where nothing is said */
export async function kill(reference: string, signal: string | number = 'SIGKILL'): Promise<string> {
  await settled();
  const [verbs, { parseSignal }] = await Promise.all([import('./lifecycle/stop.ts'), import('./compile/policies.ts')]);
  return await verbs.kill(reference, parseSignal(signal));
}

export async function restart(
  reference: string,
  options: { timeout?: number; signal?: string | number } = {},
): Promise<string> {
  const id = await stop(reference, options);
  await start(id);
  const { tell } = await import('./events.ts');
  tell('restart', id);
  return id;
}

export async function pause(reference: string): Promise<string> {
  await settled();
  return await (await import('./lifecycle/stop.ts')).pause(reference);
}

export async function unpause(reference: string): Promise<string> {
  await settled();
  return await (await import('./lifecycle/stop.ts')).unpause(reference);
}

/** Waits until a container has ended. @param condition `removed`: until it is gone. @returns its exit code; null when nobody knows */
export async function wait(
  reference: string,
  condition: 'not-running' | 'removed' = 'not-running',
): Promise<number | null> {
  await settled();
  return await (await import('./lifecycle/wait.ts')).wait(reference, condition);
}

export async function list(options: ListOptions = {}): Promise<Summary[]> {
  await settled();
  return (await import('./lifecycle/list.ts')).list(options);
}

/** Everything about a container, by Docker's keys. */
export async function inspect(reference: string): Promise<Inspection> {
  await settled();
  const container = await find(reference);
  return (await import('./lifecycle/inspect.ts')).inspectContainer(container);
}

/** What it has written, line by line. */
export async function* logs(reference: string, options: LogOptions = {}): AsyncGenerator<LogLine> {
  await settled();
  const { id, directory } = await find(reference);
  const [{ readLog }, { readContainer }] = await Promise.all([import('./logs/reader.ts'), import('./store/store.ts')]);
  const isOver = (): boolean => {
    const state = readContainer(id)?.state;
    return (
      state === undefined ||
      (state.finishedAt !== undefined && state.restartAt === undefined) ||
      state.process === undefined
    );
  };
  yield* readLog(directory, options, isOver);
}

/** Takes a container away. @param options.force ends it first. @param options.volumes its anonymous volumes too */
export async function remove(reference: string, options: { force?: boolean; volumes?: boolean } = {}): Promise<string> {
  await settled();
  return await (await import('./lifecycle/stop.ts')).remove(reference, options);
}

/** What happens, from `since` (else now) on. */
export async function* events(filter: EventFilter = {}): AsyncGenerator<Event> {
  await settled();
  yield* (await import('./events.ts')).events(filter);
}

/** Runs a command in a running container, at this process's terminal or pipes. @returns its exit code; 0 at once with `detach` */
export async function exec(reference: string, request: ExecRequest): Promise<number> {
  await settled();
  const container = await find(reference);
  return await (await import('./exec/exec.ts')).exec(container, request);
}

/** The same for who wants the process: its terminal is `box.terminal`. Wait for `ended()`. */
export async function startExec(reference: string, request: ExecRequest): Promise<Execution> {
  await settled();
  const container = await find(reference);
  return await (await import('./exec/exec.ts')).startExec(container, request);
}

export async function rename(reference: string, name: string): Promise<string> {
  await settled();
  return await (await import('./lifecycle/change.ts')).rename(reference, name);
}

/** Changes limits, also of a running container, and the restart policy. */
export async function update(reference: string, options: UpdateOptions): Promise<string> {
  await settled();
  return await (await import('./lifecycle/change.ts')).update(reference, options);
}

/** @param options as for ps(1) */
export async function top(reference: string, options: readonly string[] = []): Promise<Processes> {
  await settled();
  const container = await find(reference);
  return (await import('./lifecycle/top.ts')).top(container, options);
}

/** What a container uses, measured again and again until it ends; one measurement with `once`. */
export async function* statistics(
  reference: string,
  options: { once?: boolean; milliseconds?: number; signal?: AbortSignal } = {},
): AsyncGenerator<Usage> {
  await settled();
  const container = await find(reference);
  yield* (await import('./lifecycle/top.ts')).statistics(container, options);
}

/** Which ports of the host lead to it. */
export async function port(reference: string): Promise<PublishedPort[]> {
  await settled();
  const container = await find(reference);
  const { summaryOf } = await import('./lifecycle/list.ts');
  const [{ allLeases }, { networkContext }] = await Promise.all([
    import('../network/leases.ts'),
    import('../network/context.ts'),
  ]);
  return summaryOf(container, allLeases(networkContext())).ports;
}

/** What it has changed of its image. */
export async function diff(reference: string): Promise<Change[]> {
  await settled();
  const container = await find(reference);
  return (await import('./files/diff.ts')).changes(container);
}

/** Copies a place of a container to one of this host, by the rules of docker-cp(1). */
export async function copyFrom(
  reference: string,
  path: string,
  destination: string,
  options: CopyOptions = {},
): Promise<void> {
  await settled();
  const container = await find(reference);
  await (await import('./files/copy.ts')).copyOutTo(container, path, destination, options);
}

/** Copies a place of this host to one of a container. */
export async function copyTo(
  reference: string,
  source: string,
  path: string,
  options: CopyOptions = {},
): Promise<void> {
  await settled();
  const container = await find(reference);
  await (await import('./files/copy.ts')).copyInFrom(container, source, path, options);
}

/** A place of a container as a tar stream: `cp NAME:PATH -`. */
export async function readArchive(reference: string, path: string, options: CopyOptions = {}): Promise<Readable> {
  await settled();
  const container = await find(reference);
  return (await import('./files/copy.ts')).copyOut(container, path, options);
}

/** Unpacks a tar stream into a directory of a container: `cp - NAME:PATH`. */
export async function writeArchive(
  reference: string,
  path: string,
  archive: Readable,
  options: CopyOptions = {},
): Promise<void> {
  await settled();
  const container = await find(reference);
  await (await import('./files/copy.ts')).copyIn(container, path, archive, options);
}

/** The container's whole root as a tar stream. */
export async function exportContainer(reference: string): Promise<Readable> {
  await settled();
  const container = await find(reference);
  return (await import('./files/copy.ts')).exportRoot(container);
}

/** Removes every container that does not run. @param filters `until` (milliseconds since 1970), `label` */
export async function prune(filters: Record<string, string[]> = {}): Promise<{ removed: string[]; bytes: number }> {
  await settled();
  return await (await import('./lifecycle/prune.ts')).prune(filters);
}

/** What is used of the disk. */
export async function diskUse(): Promise<DiskUse[]> {
  await settled();
  return (await import('./lifecycle/prune.ts')).diskUse();
}

/** Volumes: directories of ours that outlive containers. */
export const volumes = {
  create: async (name?: string, labels: Record<string, string> = {}): Promise<VolumeInfo> =>
    (await import('./volumes.ts')).createVolume(name, labels),
  list: async (): Promise<VolumeInfo[]> => (await import('./volumes.ts')).listVolumes(),
  inspect: async (name: string): Promise<VolumeInfo> => (await import('./volumes.ts')).inspectVolume(name),
  remove: async (name: string, options: { force?: boolean } = {}): Promise<void> =>
    (await import('./volumes.ts')).removeVolume(name, options),
  /** Those that no container uses: the anonymous ones, or all. */
  prune: async (options: { all?: boolean } = {}): Promise<{ removed: string[]; bytes: number }> =>
    (await import('./volumes.ts')).pruneVolumes(options),
};

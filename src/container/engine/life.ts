/** Making, starting, ending and changing containers. Each verb loads what it needs. */
import type { Attachment } from '../attach.ts';
import type { UpdateOptions } from '../lifecycle/change.ts';
import type { Inspection } from '../lifecycle/inspect.ts';
import type { ListOptions, Summary } from '../lifecycle/list.ts';
import type { RunOptions } from '../options.ts';
import type { Foreground, ForegroundOptions } from '../run.ts';
import type { Size } from '../supervisor/protocol.ts';
import { find, settled } from './find.ts';

/** Makes a container without starting it. @returns its id. @throws UsageError */
export async function create(options: RunOptions): Promise<string> {
  await settled();
  const { createContainer } = await import('../lifecycle/create.ts');
  return (await createContainer(options, true)).id;
}

/** Starts a container in the background. @returns its id. @throws UsageError (exit code 126, 127 when its program cannot be run) */
export async function start(reference: string): Promise<string> {
  await settled();
  const { id } = await find(reference);
  const { ask } = await import('../supervisor/client.ts');
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
  const { openAttachment } = await import('../attach.ts');
  return await openAttachment({ op: 'start', id, attach: true, ...options });
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
  const run = await import('../run.ts');
  return await run.startForeground(options, more);
}

/** Asks it to end, and ends it when it has not after `timeout` seconds (its own --stop-timeout, else 10). @returns its id */
export async function stop(
  reference: string,
  options: { timeout?: number; signal?: string | number } = {},
): Promise<string> {
  await settled();
  const [verbs, { parseSignal }] = await Promise.all([
    import('../lifecycle/stop.ts'),
    import('../compile/policies.ts'),
  ]);
  return await verbs.stop(
    reference,
    options.timeout,
    options.signal === undefined ? undefined : parseSignal(options.signal),
  );
}

/** @param signal a name or number; SIGKILL where nothing is said */
export async function kill(reference: string, signal: string | number = 'SIGKILL'): Promise<string> {
  await settled();
  const [verbs, { parseSignal }] = await Promise.all([
    import('../lifecycle/stop.ts'),
    import('../compile/policies.ts'),
  ]);
  return await verbs.kill(reference, parseSignal(signal));
}

export async function restart(
  reference: string,
  options: { timeout?: number; signal?: string | number } = {},
): Promise<string> {
  const id = await stop(reference, options);
  await start(id);
  const { tell } = await import('../events.ts');
  tell('restart', id);
  return id;
}

export async function pause(reference: string): Promise<string> {
  await settled();
  return await (await import('../lifecycle/stop.ts')).pause(reference);
}

export async function unpause(reference: string): Promise<string> {
  await settled();
  return await (await import('../lifecycle/stop.ts')).unpause(reference);
}

/** Waits until a container has ended. @param condition `removed`: until it is gone. @returns its exit code; null when nobody knows */
export async function wait(
  reference: string,
  condition: 'not-running' | 'removed' = 'not-running',
): Promise<number | null> {
  await settled();
  return await (await import('../lifecycle/wait.ts')).wait(reference, condition);
}

export async function list(options: ListOptions = {}): Promise<Summary[]> {
  await settled();
  return (await import('../lifecycle/list.ts')).list(options);
}

/** Everything about a container, by Docker's keys. */
export async function inspect(reference: string): Promise<Inspection> {
  await settled();
  const container = await find(reference);
  return (await import('../lifecycle/inspect.ts')).inspectContainer(container);
}

/** Takes a container away. @param options.force ends it first. @param options.volumes its anonymous volumes too */
export async function remove(reference: string, options: { force?: boolean; volumes?: boolean } = {}): Promise<string> {
  await settled();
  return await (await import('../lifecycle/stop.ts')).remove(reference, options);
}

export async function rename(reference: string, name: string): Promise<string> {
  await settled();
  return await (await import('../lifecycle/change.ts')).rename(reference, name);
}

/** Changes limits, also of a running container, and the restart policy. */
export async function update(reference: string, options: UpdateOptions): Promise<string> {
  await settled();
  return await (await import('../lifecycle/change.ts')).update(reference, options);
}

/** Removes every container that does not run. @param filters `until` (milliseconds since 1970), `label` */
export async function prune(filters: Record<string, string[]> = {}): Promise<{ removed: string[]; bytes: number }> {
  await settled();
  return await (await import('../lifecycle/prune.ts')).prune(filters);
}

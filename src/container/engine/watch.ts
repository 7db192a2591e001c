/** What containers do: their output, their processes, what they use, what happens to them. */
import type { PublishedPort } from '../../network/ports.ts';
import type { Attachment } from '../attach.ts';
import type { Event, EventFilter } from '../events.ts';
import type { ExecRequest, Execution } from '../exec/exec.ts';
import type { Processes, Usage } from '../lifecycle/top.ts';
import type { LogLine, LogOptions } from '../logs/reader.ts';
import { find, settled } from './find.ts';

/** Attaches to a container that runs in the background. */
export async function attach(reference: string, options: { stdin?: boolean } = {}): Promise<Attachment> {
  await settled();
  const container = await find(reference);
  const { requireRunning } = await import('../exec/join.ts');
  requireRunning(container);
  const { openAttachment } = await import('../attach.ts');
  return await openAttachment({ op: 'attach', id: container.id, ...options });
}

/** What it has written, line by line. */
export async function* logs(reference: string, options: LogOptions = {}): AsyncGenerator<LogLine> {
  await settled();
  const { id, directory } = await find(reference);
  const [{ readLog }, { readContainer }] = await Promise.all([
    import('../logs/reader.ts'),
    import('../store/store.ts'),
  ]);
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

/** What happens, from `since` (else now) on. */
export async function* events(filter: EventFilter = {}): AsyncGenerator<Event> {
  await settled();
  yield* (await import('../events.ts')).events(filter);
}

/** Runs a command in a running container, at this process's terminal or pipes. @returns its exit code; 0 at once with `detach` */
export async function exec(reference: string, request: ExecRequest): Promise<number> {
  await settled();
  const container = await find(reference);
  return await (await import('../exec/exec.ts')).exec(container, request);
}

/** The same for who wants the process: its terminal is `box.terminal`. Wait for `ended()`. */
export async function startExec(reference: string, request: ExecRequest): Promise<Execution> {
  await settled();
  const container = await find(reference);
  return await (await import('../exec/exec.ts')).startExec(container, request);
}

/** @param options as for ps(1) */
export async function top(reference: string, options: readonly string[] = []): Promise<Processes> {
  await settled();
  const container = await find(reference);
  return (await import('../lifecycle/top.ts')).top(container, options);
}

/** What a container uses, measured again and again until it ends; one measurement with `once`. */
export async function* statistics(
  reference: string,
  options: { once?: boolean; milliseconds?: number; signal?: AbortSignal } = {},
): AsyncGenerator<Usage> {
  await settled();
  const container = await find(reference);
  yield* (await import('../lifecycle/top.ts')).statistics(container, options);
}

/** Which ports of the host lead to it. */
export async function port(reference: string): Promise<PublishedPort[]> {
  await settled();
  const container = await find(reference);
  const { summaryOf } = await import('../lifecycle/list.ts');
  const [{ allLeases }, { networkContext }] = await Promise.all([
    import('../../network/leases.ts'),
    import('../../network/context.ts'),
  ]);
  return summaryOf(container, allLeases(networkContext())).ports;
}

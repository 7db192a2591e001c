/** run: the whole list at once, in this process; the program's end is ours. */
import type { Exit } from '../kernel/exits.ts';
import type { Box, Stdio } from '../steps/box.ts';
import type { Step } from '../steps/step.ts';
import { tell } from './events.ts';
import type { ForegroundLog } from './foreground-log.ts';
import { answerOnceConnected } from './late-names.ts';
import { attributesOf, type Created, createContainer } from './lifecycle/create.ts';
import { finished } from './lifecycle/finish.ts';
import { launch } from './lifecycle/launch.ts';
import type { RunOptions } from './options.ts';
import { openPipe, type Pipe, readAll } from './pipes.ts';
import { changeState, changeStateLocked, locked } from './store/store.ts';

/** How a run ended. */
export interface RunResult {
  id: string;
  /** The program's exit code; 128 + n when signal n ended it. */
  exitCode: number;
  signal: number | null;
  /** With `capture`: what the program wrote. */
  stdout: string;
  stderr: string;
}

/** 128 + n for signal n, as shells have it. */
export const exitCodeOf = (exit: Exit): number => exit.code ?? 128 + (exit.signal ?? 0);

/** A container that runs in the foreground of this process. */
export interface Foreground {
  container: Created;
  box: Box;
  /** Waits for its end, writes it down, takes everything back. */
  ended(): Promise<Exit>;
}

export interface ForegroundOptions {
  stdio?: Stdio;
  /** Does the steps in place of the ordinary way: to show them, to stop at each. */
  walk?(box: Box, steps: readonly Step[]): Promise<void>;
  /** Everything is made but the program. */
  beforeProgram?(box: Box): void;
}

/** Starts a container in this process: it ends when this process does. @throws UsageError, SyscallError: with `rm` nothing is left behind then */
export async function startForeground(options: RunOptions, more: ForegroundOptions = {}): Promise<Foreground> {
  const container = await createContainer(options, false);
  const { id } = container;
  const stdin = options.interactive ? 0 : null;
  let box: Box | undefined;
  // What stays when it has ended has a log.
  const isLogged = !options.rm && !options.tty && more.stdio === undefined;
  const log = isLogged
    ? (await import('./foreground-log.ts')).openForegroundLog(container, stdin, () => box?.process.kill())
    : undefined;
  try {
    box = await locked(id, () =>
      launch(container, {
        ...more,
        stdio: log?.stdio ?? more.stdio ?? [stdin, 1, 2],
        dieWithParent: true,
        save: (found) => void changeStateLocked(id, (it) => ({ ...it, ...found })),
      }),
    );
    log?.started();
    tell('start', id, attributesOf(container));
    const running = box;
    const end = running.wait();
    if (!box.has('net.names')) void end.finally(answerOnceConnected(container, end));
    return { container, box, ended: () => waitForEnd(container, running, log) };
  } catch (error) {
    log?.started();
    await log?.finish();
    await failed(container, error);
    throw error;
  }
}

async function failed(container: Created, error: unknown): Promise<void> {
  const { exitCode = 125 } = error as { exitCode?: number };
  const message = error instanceof Error ? error.message : String(error);
  await changeState(container.id, ({ process: _, ...it }) => ({ ...it, error: message }));
  await finished({ ...container, state: { restartCount: 0, stoppedByHand: false } }, exitCode, false, () => false);
}

async function waitForEnd(container: Created, box: Box, log: ForegroundLog | undefined): Promise<Exit> {
  const exit = await box.wait();
  await log?.finish();
  const oomKilled = exitCodeOf(exit) !== 0 && wasOomKilled(box);
  await box.close();
  const state = { restartCount: 0, stoppedByHand: false };
  await finished({ ...container, state }, exitCodeOf(exit), oomKilled, () => false);
  return exit;
}

function wasOomKilled(box: Box): boolean {
  const group = box.notes.get('cgroup') as { oomKilled?(): boolean } | undefined;
  return group?.oomKilled?.() ?? false;
}

/**
 * Runs a container to its end and removes it.
 * @param options as Docker's flags; with `capture`, what the program writes is returned in place of being shown.
 * @throws UsageError, SyscallError: nothing is left behind then.
 */
export async function run(options: RunOptions & { capture?: boolean }): Promise<RunResult> {
  const { capture, ...asked } = options;
  const pipes: Pipe[] = capture ? [openPipe(), openPipe()] : [];
  const stdin = options.interactive ? 0 : null;
  try {
    const { container, ended } = await startForeground(
      { rm: true, ...asked },
      { stdio: capture ? [stdin, pipes[0]!.write, pipes[1]!.write] : [stdin, 1, 2] },
    );
    for (const it of pipes) it.closeWrite();
    const outputs = pipes.map((it) => readAll(it.read).text);
    pipes.length = 0;
    const exit = await ended();
    const [stdout = '', stderr = ''] = await Promise.all(outputs);
    return { id: container.id, exitCode: exitCodeOf(exit), signal: exit.signal, stdout, stderr };
  } finally {
    for (const it of pipes) {
      it.closeRead();
      it.closeWrite();
    }
  }
}

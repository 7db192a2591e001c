/** How a blank process is asked to become a program, and what the answer means – see execve(2), execvp(3), sigprocmask(2). */
import { type LaidOutRequest, NEVER_MADE } from './mailbox.ts';
import type { Memory } from './memory.ts';
import { formatSignals } from './signals.ts';

const SIG_SETMASK = 2;
const ENOENT = 2;

/** Signals are unblocked, one path after another is tried, and where none is a program signals are blocked again. */
export function execRequests(
  memory: Memory,
  paths: readonly string[],
  argv: readonly string[],
  env: readonly string[],
): LaidOutRequest[] {
  const [argvAt, envAt] = [memory.strings(argv).address, memory.strings(env).address];
  const setSignals = (which: 'all' | 'none'): LaidOutRequest => ({
    name: 'rt_sigprocmask',
    values: [SIG_SETMASK, memory.bytes(formatSignals(which)).address, 0, 8],
  });
  const tries = paths.map((path) => ({
    name: 'execve' as const,
    values: [memory.string(path).address, argvAt, envAt],
    mayFail: true,
  }));
  return [setSignals('none'), ...tries, setSignals('all')];
}

/** The path that became the program; or the refusal that says most: the first that is not ENOENT, else the last. */
export function execOutcome(
  paths: readonly string[],
  results: readonly number[],
  execed: boolean,
): { path: string; result: number } {
  const tries = results.slice(1, 1 + paths.length);
  if (execed) return { path: paths[tries.indexOf(-NEVER_MADE)] ?? paths.at(-1)!, result: 0 };
  const telling = tries.findIndex((it) => it !== -ENOENT);
  const chosen = telling === -1 ? tries.length - 1 : telling;
  return { path: paths[chosen]!, result: tries[chosen]! };
}

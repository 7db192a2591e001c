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

/** One execve(2) that was made. */
export interface ExecTry {
  path: string;
  /** 0, or minus errno. */
  result: number;
  /** Does it decide the outcome? The last one does; where none is a program, the first refusal that is not ENOENT. */
  decides: boolean;
}

/** The tries that were made, in their order. @param execed one of them did it: it has no result, and none after it was made. */
export function execTries(paths: readonly string[], results: readonly number[], execed: boolean): ExecTry[] {
  const tries = results.slice(1, 1 + paths.length);
  const program = execed ? tries.indexOf(-NEVER_MADE) : tries.length;
  const telling = tries.findIndex((it) => it !== -ENOENT);
  const deciding = execed ? program : telling === -1 ? tries.length - 1 : telling;
  const made = paths.slice(0, program + 1);
  return made.map((path, i) => ({ path, result: i === program ? 0 : tries[i]!, decides: i === deciding }));
}

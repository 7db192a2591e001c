/** The first calls of a blank process's life: it must not outlive Node unasked, not be looked into, not run Node's signal handlers, not hold Node's descriptors – see prctl(2), sigaction(2), close_range(2). */
import { PR } from './constants.ts';
import type { LaidOutRequest, Request } from './mailbox.ts';

export const SIGKILL = 9;
const SIGSTOP = 19;

export interface SpawnOptions {
  /** CLONE_NEW* flags: the namespaces it is born into. */
  flags?: number;
  /** Die when Node dies (PR_SET_PDEATHSIG); true where nothing is said. */
  dieWithParent?: boolean;
  /** Descriptors of Node's that it keeps beside 0, 1 and 2. */
  keep?: readonly number[];
}

/** The very first, made by every child: it must not outlive Node unasked. A death signal is not inherited. @param dieWithParent ends when Node does */
export const deathSignal = (dieWithParent: boolean): LaidOutRequest => ({
  name: 'prctl',
  values: [Number(PR.SET_PDEATHSIG), dieWithParent ? SIGKILL : 0, 0, 0, 0],
});

/** What a spawned one does next; forked children have it from their parent. */
export function firstCalls(): Request[] {
  return [
    // It shares Node's memory until execve: nobody may look into it through /proc or ptrace. (Without root, /proc/PID/uid_map must stay writable.)
    ...(process.getuid?.() === 0 ? [{ name: 'prctl' as const, args: [PR.SET_DUMPABLE, 0, 0, 0, 0] }] : []),
    // What it makes in a container is for the container's users, also where Node keeps its own files to itself.
    { name: 'umask', args: [0o022] },
    // Node's signal handlers must never run here.
    ...resetHandlers(),
  ];
}

/** rt_sigaction(SIGx, SIG_DFL) for every signal that can be handled. An all-zero struct sigaction is SIG_DFL. */
function resetHandlers(): Request[] {
  const handled = Array.from({ length: 31 }, (_, i) => i + 1).filter((it) => it !== SIGKILL && it !== SIGSTOP);
  return handled.map((signal) => ({
    name: 'rt_sigaction',
    args: [signal, new Uint8Array(32), null, 8],
    mayFail: true,
  }));
}

/** close_range(2) over every gap between the descriptors that stay. */
export function closeAllBut(keep: readonly number[]): Request[] {
  const stay = [...new Set(keep)].filter((it) => it > 2).sort((a, b) => a - b);
  const starts = [3, ...stay.map((it) => it + 1)];
  const ends = [...stay.map((it) => it - 1), 0xffffffff];
  return starts.flatMap((start, i) =>
    start <= ends[i]! ? [{ name: 'close_range' as const, args: [start, ends[i]!, 0] }] : [],
  );
}

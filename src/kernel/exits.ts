/** Learning how children ended: libuv waits only for those that it made itself, so ours are asked with waitid(2) whenever SIGCHLD says that somebody has. */
import { host } from './caller.ts';
import { P, W } from './constants.ts';
import { SyscallError } from './errors.ts';
import { asPlumbing } from './trace.ts';

/** How a process ended: its exit code, or the signal that killed it. */
export interface Exit {
  code: number | null;
  signal: number | null;
}

interface Watched {
  tell: (exit: Exit) => void;
  /** The event loop stays alive for it. */
  held: boolean;
}

const CLD_EXITED = 1;
/** SIGCHLD can be late when the event loop was held: look again after this many milliseconds. */
const LOOK_AGAIN = 500;

const watched = new Map<number, Watched>();
let timer: NodeJS.Timeout | undefined;

/** The exit of the child behind a pidfd, or undefined while it lives. Reaps it. */
function reap(pidfd: number): Exit | undefined {
  const info = new Uint8Array(128);
  try {
    asPlumbing(() => host.call('waitid', P.PIDFD, pidfd, info, W.EXITED | W.NOHANG, null));
  } catch (error) {
    if (error instanceof SyscallError && error.code === 'ECHILD') return { code: null, signal: null };
    if (error instanceof SyscallError && error.code === 'EINTR') return reap(pidfd);
    throw error;
  }
  // siginfo_t: si_code at 8, si_pid at 16, si_status at 24
  const view = new DataView(info.buffer);
  if (view.getInt32(16, true) === 0) return undefined;
  const status = view.getInt32(24, true);
  return view.getInt32(8, true) === CLD_EXITED ? { code: status, signal: null } : { code: null, signal: status };
}

function settle(pidfd: number, exit: Exit): void {
  const entry = watched.get(pidfd);
  watched.delete(pidfd);
  if (watched.size === 0) stopLooking();
  else if (![...watched.values()].some((it) => it.held)) timer?.unref();
  entry?.tell(exit);
}

function look(): void {
  for (const pidfd of [...watched.keys()]) {
    const exit = reap(pidfd);
    if (exit) settle(pidfd, exit);
  }
}

function startLooking(): void {
  if (timer) return;
  process.on('SIGCHLD', look);
  timer = setInterval(look, LOOK_AGAIN).unref();
}

function stopLooking(): void {
  process.off('SIGCHLD', look);
  clearInterval(timer);
  timer = undefined;
}

/** Watches a child until it ends. The event loop does not stay alive for it: a blank process that was forgotten ends with Node. */
export function watch(pidfd: number, onExit: (exit: Exit) => void): Promise<Exit> {
  startLooking();
  return new Promise((resolve) => {
    const tell = (exit: Exit): void => {
      onExit(exit);
      resolve(exit);
    };
    watched.set(pidfd, { tell, held: false });
  });
}

/** From now on the event loop stays alive until this child has ended: it runs a program, or is about to end. */
export function hold(pidfd: number): void {
  const entry = watched.get(pidfd);
  if (!entry) return;
  entry.held = true;
  timer?.ref();
}

/**
 * Waits here and now for a child that is about to end (it has been killed). The others are waited for meanwhile too: the first process of a pid namespace ends only after all
 * others in it have been reaped, and some of those may be ours – see pid_namespaces(7).
 */
export function forget(pidfd: number): void {
  while (watched.has(pidfd)) {
    waitForAny([...watched.keys()]);
    look();
  }
}

/** `int ppoll(struct pollfd *fds, nfds_t nfds, …)`: a pidfd is readable when its process has ended. */
function waitForAny(pidfds: readonly number[]): void {
  const POLLIN = 1;
  const fds = Buffer.alloc(8 * pidfds.length);
  pidfds.forEach((fd, i) => {
    fds.writeInt32LE(fd, 8 * i);
    fds.writeInt16LE(POLLIN, 8 * i + 4);
  });
  try {
    asPlumbing(() => host.call('ppoll', fds, pidfds.length, null, null, 0));
  } catch (error) {
    if (!(error instanceof SyscallError && error.code === 'EINTR')) throw error;
  }
}

/** Lets the event loop end although some children live: for those that are to outlive Node. */
export const unrefWatch = (): void => void timer?.unref();

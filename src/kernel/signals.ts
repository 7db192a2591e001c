/** Blocking signals around a birth: Node's handlers must never run in a blank process – see sigprocmask(2), signal(7). */
import { host } from './caller.ts';
import { asPlumbing } from './trace.ts';

const SIG_SETMASK = 2;

/** A signal set of the kernel's size, 8 bytes. */
export const formatSignals = (which: 'all' | 'none'): Uint8Array => new Uint8Array(8).fill(which === 'all' ? 0xff : 0);

/** Does something with every signal blocked in Node's main thread. */
export function withSignalsBlocked<T>(action: () => T): T {
  const before = new Uint8Array(8);
  asPlumbing(() => host.call('rt_sigprocmask', SIG_SETMASK, formatSignals('all'), before, 8));
  try {
    return action();
  } finally {
    asPlumbing(() => host.call('rt_sigprocmask', SIG_SETMASK, before, null, 8));
  }
}

/**
 * Waiting until descriptors are readable without reading them: libuv only offers to read. One epoll instance is asked on a thread of its own, so that nothing is held up – see epoll(7).
 */
import { host } from './caller.ts';
import { syscallNumber } from './calls.ts';
import { SyscallError } from './errors.ts';
import { rawSyscallAside } from './libc.ts';
import { Memory } from './memory.ts';
import { asPlumbing } from './trace.ts';

const EPOLL_CLOEXEC = 0o2000000;
const CTL = { add: 1, remove: 2 };
const EPOLLIN = 1;
/** Something was wrong or the other side has gone. */
const EPOLLHUP = 0x10;
const AT_ONCE = 64;
/** struct epoll_event is packed on x64 only. */
const SIZE = process.arch === 'x64' ? 12 : 16;
const DATA = SIZE - 8;
/** How long a wait is, in milliseconds: it only has to end some time. */
const WAIT = 60_000;

/** @param hungUp nobody can write any more; there may be something left to read. */
export type OnReady = (hungUp: boolean) => void;

/** Tells when descriptors are readable, again and again until they have been read. A waiting instance keeps the process alive: it is for the supervisor. */
export class Readiness {
  readonly #epoll = asPlumbing(() => host.call('epoll_create1', EPOLL_CLOEXEC));
  readonly #watched = new Map<number, OnReady>();
  readonly #memory = new Memory();
  readonly #events = this.#memory.take(AT_ONCE * SIZE);
  #waiting = false;

  add(fd: number, onReady: OnReady): void {
    const event = Buffer.alloc(SIZE);
    event.writeUInt32LE(EPOLLIN, 0);
    event.writeUInt32LE(fd, DATA);
    asPlumbing(() => host.call('epoll_ctl', this.#epoll, CTL.add, fd, event));
    this.#watched.set(fd, onReady);
    void this.#wait();
  }

  /** Before the descriptor is closed. */
  remove(fd: number): void {
    if (!this.#watched.delete(fd)) return;
    asPlumbing(() => host.call('epoll_ctl', this.#epoll, CTL.remove, fd, null));
  }

  async #wait(): Promise<void> {
    if (this.#waiting) return;
    this.#waiting = true;
    while (this.#watched.size > 0) {
      let count = this.#ask();
      if (count === 0) {
        const { address } = this.#events;
        count = await rawSyscallAside(syscallNumber('epoll_pwait'), [this.#epoll, address, AT_ONCE, WAIT, 0, 8]);
      } else await new Promise((go) => setImmediate(go));
      for (let i = 0; i < count; i++) {
        const bits = this.#events.bytes.readUInt32LE(i * SIZE);
        this.#watched.get(this.#events.bytes.readUInt32LE(i * SIZE + DATA))?.((bits & EPOLLHUP) !== 0);
      }
    }
    this.#waiting = false;
  }

  /** What is ready now, without waiting: when there is much to do, no thread is needed. */
  #ask(): number {
    try {
      return asPlumbing(() => host.call('epoll_pwait', this.#epoll, this.#events.address, AT_ONCE, 0, null, 8));
    } catch (error) {
      if (error instanceof SyscallError && error.code === 'EINTR') return 0;
      throw error;
    }
  }
}

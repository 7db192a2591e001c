/**
 * Waiting until descriptors are readable without reading them: libuv only offers to read. One epoll instance is asked on a thread of its own, so that nothing is held up – see epoll(7).
 */
import * as fs from 'node:fs';
import { host } from './caller.ts';
import { syscallNumber } from './calls.ts';
import { O } from './constants.ts';
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

function pipe(): { read: number; write: number } {
  const fds = new Uint8Array(8);
  asPlumbing(() => host.call('pipe2', fds, O.CLOEXEC));
  const view = new DataView(fds.buffer);
  return { read: view.getInt32(0, true), write: view.getInt32(4, true) };
}

/** @param hungUp nobody can write any more; there may be something left to read. */
export type OnReady = (hungUp: boolean) => void;

/** Tells when descriptors are readable, again and again until they have been read. A waiting instance keeps the process alive: it is for the supervisor. */
export class Readiness {
  readonly #epoll = asPlumbing(() => host.call('epoll_create1', EPOLL_CLOEXEC));
  readonly #watched = new Map<number, OnReady>();
  readonly #memory = new Memory();
  readonly #events = this.#memory.take(AT_ONCE * SIZE);
  readonly #wake = pipe();
  #waiting: Promise<void> | undefined;
  #closed = false;

  constructor() {
    this.#control(CTL.add, this.#wake.read);
  }

  /** Of a descriptor that is watched already, the new one is told. */
  add(fd: number, onReady: OnReady): void {
    if (!this.#watched.has(fd)) this.#control(CTL.add, fd);
    this.#watched.set(fd, onReady);
    this.#waiting ??= this.#wait();
  }

  /** Before the descriptor is closed. */
  remove(fd: number): void {
    if (!this.#watched.delete(fd)) return;
    this.#control(CTL.remove, fd);
    if (this.#watched.size === 0) this.#wakeUp();
  }

  /** Nothing is told any more. The process can end afterwards: no thread waits for anything. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wakeUp();
    await this.#waiting;
  }

  #wakeUp(): void {
    fs.writeSync(this.#wake.write, '\0');
  }

  #control(operation: number, fd: number): void {
    const event = Buffer.alloc(SIZE);
    event.writeUInt32LE(EPOLLIN, 0);
    event.writeUInt32LE(fd, DATA);
    asPlumbing(() => host.call('epoll_ctl', this.#epoll, operation, fd, event));
  }

  async #wait(): Promise<void> {
    while (this.#watched.size > 0 && !this.#closed) {
      let count = this.#ask();
      if (count === 0) {
        const { address } = this.#events;
        count = await rawSyscallAside(syscallNumber('epoll_pwait'), [this.#epoll, address, AT_ONCE, WAIT, 0, 8]);
      } else await new Promise((go) => setImmediate(go));
      for (let i = 0; i < count; i++) {
        const bits = this.#events.bytes.readUInt32LE(i * SIZE);
        const fd = this.#events.bytes.readUInt32LE(i * SIZE + DATA);
        if (fd === this.#wake.read) fs.readSync(fd, Buffer.alloc(64));
        else if (!this.#closed) this.#watched.get(fd)?.((bits & EPOLLHUP) !== 0);
      }
    }
    this.#waiting = undefined;
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

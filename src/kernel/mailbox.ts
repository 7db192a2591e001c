/** The letter box between Node and a blank process: how requests lie in memory (see machine-code.ts), how to hand one over, and how to wait for the answer – see futex(2). */
import type { Arg } from './caller.ts';
import { type SyscallName, syscallNumber } from './calls.ts';
import { rawSyscall, rawSyscallAside } from './libc.ts';
import { Memory, type Place } from './memory.ts';

const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;
const REQUEST_SIZE = 96;
/** Most calls are served within some 20 µs: looking again so long is cheaper than to fall asleep and be woken. */
const LOOKS = 2000;
const futex = syscallNumber('futex');

const TWO_32 = 2 ** 32;

/** A 64-bit integer as two halves: a BigInt for each argument of each call would keep the garbage collector busy. */
function writeLong(bytes: Buffer, at: number, value: number): void {
  bytes.writeInt32LE(value | 0, at);
  bytes.writeInt32LE(Math.floor(value / TWO_32) | 0, at + 4);
}

export const state = { gone: 0, request: 1, done: 2 } as const;

/** One system call to be made, with its arguments as numbers and addresses already. */
export interface LaidOutRequest {
  name: SyscallName;
  values: readonly number[];
  /** The chain goes on when this one is refused. */
  mayFail?: boolean;
  /** Where else the result is written (8 bytes), as an argument of a later request of the chain. */
  resultAt?: number;
  /** The mailbox that a forked child serves. */
  childMailbox?: number;
}

/** One system call of a chain. */
export interface Request {
  name: SyscallName;
  args: readonly Arg[];
  mayFail?: boolean;
}

export class Mailbox {
  readonly memory = new Memory();
  readonly #place: Place;
  readonly #word: Int32Array;
  readonly #timeout: Place;

  constructor() {
    this.#place = this.memory.take(16);
    this.#timeout = this.memory.take(16);
    const { buffer, byteOffset } = this.#place.bytes;
    this.#word = new Int32Array(buffer, byteOffset, 1);
    Atomics.store(this.#word, 0, state.done);
  }

  get address(): number {
    return this.#place.address;
  }

  get state(): number {
    return Atomics.load(this.#word, 0);
  }

  /** Lays a chain of requests out. @returns its pieces: read their results with `resultOf`. */
  layOut(requests: readonly LaidOutRequest[]): Place[] {
    const places = requests.map(() => this.memory.take(REQUEST_SIZE));
    requests.forEach((request, i) => {
      const { bytes } = places[i] as Place;
      writeLong(bytes, 0, syscallNumber(request.name));
      for (let j = 0; j < request.values.length; j++) writeLong(bytes, 8 + 8 * j, request.values[j]!);
      // A request that was never reached says so.
      writeLong(bytes, 56, -NEVER_MADE);
      writeLong(bytes, 64, request.childMailbox ?? 0);
      writeLong(bytes, 72, request.resultAt ?? 0);
      writeLong(bytes, 80, request.mayFail ? 1 : 0);
      writeLong(bytes, 88, places[i + 1]?.address ?? 0);
    });
    return places;
  }

  /** Says that a chain is to be served. */
  post(first: Place): void {
    writeLong(this.#place.bytes, 8, first.address);
    Atomics.store(this.#word, 0, state.request);
    rawSyscall(futex, [this.address, FUTEX_WAKE, 1]);
  }

  /** Waits until the request is served (or the process is gone). @returns false when `milliseconds` passed before. */
  wait(milliseconds: number): boolean {
    for (let i = 0; i < LOOKS && this.state === state.request; i++);
    const end = Date.now() + milliseconds;
    while (this.state === state.request) {
      const left = end - Date.now();
      if (left <= 0) return false;
      this.#setTimeout(left);
      rawSyscall(futex, [this.address, FUTEX_WAIT, state.request, this.#timeout.address]);
    }
    return true;
  }

  /** The same without holding the event loop, for as long as it takes. */
  async waitAside(): Promise<void> {
    while (this.state === state.request) {
      this.#setTimeout(1000);
      await rawSyscallAside(futex, [this.address, FUTEX_WAIT, state.request, this.#timeout.address]);
    }
  }

  /** struct timespec { seconds, nanoseconds } */
  #setTimeout(milliseconds: number): void {
    this.#timeout.bytes.writeBigInt64LE(BigInt(Math.floor(milliseconds / 1000)), 0);
    this.#timeout.bytes.writeBigInt64LE(BigInt(Math.ceil(milliseconds % 1000) * 1_000_000), 8);
  }
}

/** No errno has this number: the chain ended before. */
export const NEVER_MADE = 4095;

/** The result of a served request: 0 or more, or minus errno. */
export const resultOf = ({ bytes }: Place): number => bytes.readInt32LE(60) * TWO_32 + bytes.readUInt32LE(56);

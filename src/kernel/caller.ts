/**
 * Whoever can make system calls: Node's own thread (`host`), or a blank process. Kernel functions take the caller first, and do the same in either.
 */
import { printArgument, type SyscallName, syscallNumber } from './calls.ts';
import { errnoName, SyscallError } from './errors.ts';
import { rawSyscall } from './libc.ts';
import { NEVER_MADE, type Request } from './mailbox.ts';
import { Memory, type Place } from './memory.ts';
import { emit, isTraced, startClock } from './trace.ts';

/** A string becomes a NUL-terminated C string; bytes become a pointer to them (copied in before the call and back out after it); null is 0. */
export type Arg = number | bigint | string | Uint8Array | null;

export interface Caller {
  /** How a trace names it. */
  readonly who: string;
  /** Makes one system call. @returns its result, 0 or more. @throws SyscallError where the kernel refuses it. */
  call(name: SyscallName, ...args: Arg[]): number;
  /** Makes a call for whose answer nobody waits (a close), where that is cheaper: right before the next one. */
  later?(name: SyscallName, ...args: Arg[]): void;
}

/** Arguments as numbers, with strings and bytes laid out in memory. */
export class Arguments {
  readonly values: number[];
  readonly #args: readonly Arg[];
  readonly #places: (Place | undefined)[];

  constructor(memory: Memory, args: readonly Arg[]) {
    this.#args = args;
    this.#places = args.map((arg) => {
      if (typeof arg === 'string') return memory.string(arg);
      return arg instanceof Uint8Array ? memory.bytes(arg) : undefined;
    });
    this.values = args.map((arg, i) => this.#places[i]?.address ?? Number(arg));
  }

  /** Copies what the kernel wrote back into the caller's bytes. */
  copyBack(): void {
    this.#args.forEach((arg, i) => {
      if (arg instanceof Uint8Array) arg.set(this.#places[i]!.bytes);
    });
  }
}

/** Tells the trace about a call; fails where the kernel refused it. `result` is negative errno then. */
export function conclude(
  who: string,
  name: SyscallName,
  args: readonly Arg[],
  result: number,
  started: bigint,
): number {
  const failed = result < 0 && result > -4096;
  if (isTraced()) {
    const micros = Number(process.hrtime.bigint() - started) / 1000;
    const event = { who, call: name, args: args.map((arg, i) => printArgument(name, i, arg)), result, micros };
    emit(failed ? { ...event, code: errnoName(-result) } : event);
  }
  if (failed)
    throw new SyscallError(
      name,
      args.map((arg, i) => printArgument(name, i, arg)),
      -result,
    );
  return result;
}

/** The same for the calls of a chain. What was refused and may be stays minus errno, and what was not reached is nobody's concern. */
export function concludeAll(
  who: string,
  requests: readonly Request[],
  results: readonly number[],
  started: bigint,
): number[] {
  return results.map((result, i) => {
    const { name, args, mayFail } = requests[i]!;
    if (result === -NEVER_MADE) return result;
    try {
      return conclude(who, name, args, result, started);
    } catch (error) {
      if (mayFail) return result;
      throw error;
    }
  });
}

const memory = new Memory();

/** Node's own main thread. */
export const host: Caller = {
  who: 'node',
  call(name, ...args) {
    const mark = memory.mark();
    const laidOut = new Arguments(memory, args);
    const started = startClock();
    const { value, errno } = rawSyscall(syscallNumber(name), laidOut.values);
    laidOut.copyBack();
    memory.rewind(mark);
    return conclude('node', name, args, errno === 0 ? value : -errno, started);
  },
};

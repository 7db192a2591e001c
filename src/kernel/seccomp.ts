/**
 * seccomp(2): a filter in classic BPF that decides about every system call a process makes from then on. The kernel runs it; nobody can take it off again.
 */
import type { Caller } from './caller.ts';
import { Memory } from './memory.ts';

/** Operations. */
export const SECCOMP_SET_MODE_FILTER = 1;

/** Flags, by their names in a profile. */
export const SECCOMP_FILTER_FLAG = {
  SECCOMP_FILTER_FLAG_TSYNC: 1,
  SECCOMP_FILTER_FLAG_LOG: 2,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 4,
} as const;

/** One instruction of classic BPF: `struct sock_filter { __u16 code; __u8 jt, jf; __u32 k; }`. */
export const INSTRUCTION = 8;

/** The most instructions that the kernel takes. */
const BPF_MAXINSNS = 4096;

/**
 * `int seccomp(SECCOMP_SET_MODE_FILTER, unsigned int flags, struct sock_fprog *program)`. The program is read where it lies, in the memory
 * that a blank process shares with Node. Needs no_new_privs, or CAP_SYS_ADMIN in the user namespace.
 */
export function setSeccompFilter(caller: Caller, program: Uint8Array, flags = 0): void {
  const length = program.length / INSTRUCTION;
  if (length > BPF_MAXINSNS)
    throw new RangeError(`a seccomp filter of ${length} instructions: the kernel takes ${BPF_MAXINSNS}`);
  const memory = new Memory();
  try {
    // struct sock_fprog { unsigned short len; struct sock_filter *filter; }
    const fprog = memory.take(16);
    fprog.bytes.writeUInt16LE(length, 0);
    fprog.bytes.writeBigUInt64LE(BigInt(memory.bytes(program).address), 8);
    caller.call('seccomp', SECCOMP_SET_MODE_FILTER, flags, fprog.address);
  } finally {
    memory.release();
  }
}

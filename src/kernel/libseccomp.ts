/**
 * libseccomp, which compiles rules about system calls by name into a BPF program for the processors wanted – seccomp_init(3),
 * seccomp_rule_add(3), seccomp_arch_add(3), seccomp_export_bpf(3).
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { host } from './caller.ts';
import { errnoName, UsageError } from './errors.ts';
import { library, type } from './libc.ts';
import { Memory } from './memory.ts';

/** One comparison of an argument: `operator` is an enum scmp_compare. */
export interface Comparison {
  argument: number;
  operator: number;
  a: number;
  b: number;
}

/** One rule. `action` is the 32-bit word that the filter returns (SECCOMP_RET_* and its data). */
export interface FilterRule {
  name: string;
  action: number;
  comparisons: readonly Comparison[];
}

export interface FilterSource {
  defaultAction: number;
  /** Names as libseccomp has them: `x86_64`, `x86`, `x32`, `aarch64`, `arm`. This processor's is always there. */
  architectures: readonly string[];
  rules: readonly FilterRule[];
}

export interface Filter {
  /** The program: 8 bytes an instruction. */
  program: Buffer;
  /** Names that this libseccomp does not know; no rule was made for them. */
  unknown: string[];
  /** The highest number among the calls that rules were made for. */
  highest: number;
}

const { int, pointer, unsigned, string } = type;
let bound: ReturnType<typeof open> | undefined;

function open() {
  try {
    return library('libseccomp.so.2', {
      seccomp_version: [pointer],
      seccomp_init: [pointer, unsigned],
      seccomp_release: [type.void, pointer],
      seccomp_attr_set: [int, pointer, int, unsigned],
      seccomp_arch_resolve_name: [unsigned, string],
      seccomp_arch_add: [int, pointer, unsigned],
      seccomp_syscall_resolve_name: [int, string],
      seccomp_rule_add_array: [int, pointer, unsigned, int, unsigned, pointer],
      seccomp_export_bpf: [int, pointer, int],
    });
  } catch (error) {
    throw new UsageError('libseccomp.so.2 is not installed, so no seccomp filter can be made', {
      remedy: 'install it (Debian, Ubuntu: apt-get install libseccomp2), or run with --security-opt seccomp=unconfined',
      cause: error,
    });
  }
}

/** The library, opened when it is first needed. */
function libseccomp() {
  bound ??= open();
  return bound;
}

/** The version of the library, `2.5.4`: `const struct scmp_version *seccomp_version(void)`, three numbers. */
export function libseccompVersion(): string {
  const address = Number(libseccomp().seccomp_version());
  const memory = openSync('/proc/self/mem', 'r');
  try {
    const version = Buffer.alloc(12);
    readSync(memory, version, 0, version.length, address);
    return [0, 4, 8].map((at) => version.readUInt32LE(at)).join('.');
  } finally {
    closeSync(memory);
  }
}

const NOT_KNOWN = -1;
const EEXIST = 17;
/** enum scmp_filter_attr. */
const SCMP_FLTATR_CTL_NNP = 3;
const SCMP_FLTATR_CTL_OPTIMIZE = 8;

function check(call: string, result: number | string, ...fine: number[]): void {
  const code = -Number(result);
  if (code > 0 && !fine.includes(code)) throw new UsageError(`seccomp profile: ${call} answered ${errnoName(code)}`);
}

/** `struct scmp_arg_cmp { unsigned arg; enum scmp_compare op; uint64_t a, b; }` for each comparison, 24 bytes. */
function layOut(memory: Memory, comparisons: readonly Comparison[]): number {
  if (comparisons.length === 0) return 0;
  const place = memory.take(comparisons.length * 24);
  comparisons.forEach(({ argument, operator, a, b }, i) => {
    place.bytes.writeUInt32LE(argument, i * 24);
    place.bytes.writeUInt32LE(operator, i * 24 + 4);
    place.bytes.writeBigUInt64LE(BigInt(a), i * 24 + 8);
    place.bytes.writeBigUInt64LE(BigInt(b), i * 24 + 16);
  });
  return place.address;
}

/** The compiled program: the library writes it to a descriptor, here of a memfd. */
function exported(context: number): Buffer {
  const fd = host.call('memfd_create', 'seccomp', 1);
  try {
    check('seccomp_export_bpf', libseccomp().seccomp_export_bpf(context, fd));
    const program = Buffer.alloc(fstatSync(fd).size);
    readSync(fd, program, 0, program.length, 0);
    return program;
  } finally {
    closeSync(fd);
  }
}

/** Compiles a filter. @throws UsageError where libseccomp is missing or refuses a rule. */
export function compileFilter(source: FilterSource): Filter {
  const library = libseccomp();
  const context = Number(library.seccomp_init(source.defaultAction));
  if (context === 0)
    throw new UsageError(
      `seccomp profile: libseccomp does not take the default action 0x${source.defaultAction.toString(16)}`,
    );
  const memory = new Memory();
  const unknown: string[] = [];
  let highest = -1;
  try {
    for (const name of source.architectures) {
      const token = Number(library.seccomp_arch_resolve_name(name));
      if (token === 0)
        throw new UsageError(`seccomp profile: the architecture ${JSON.stringify(name)} is unknown to libseccomp`);
      check('seccomp_arch_add', library.seccomp_arch_add(context, token), EEXIST);
    }
    library.seccomp_attr_set(context, SCMP_FLTATR_CTL_NNP, 0);
    // A binary tree in place of a list, where the library has it (2.5): a call is decided in 8 comparisons, not 300.
    library.seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    for (const { name, action, comparisons } of source.rules) {
      // A call that only other processors have is a number below -1.
      const number = Number(library.seccomp_syscall_resolve_name(name));
      if (number === NOT_KNOWN) {
        unknown.push(name);
        continue;
      }
      highest = Math.max(highest, number);
      const result = library.seccomp_rule_add_array(
        context,
        action,
        number,
        comparisons.length,
        layOut(memory, comparisons),
      );
      check(`the rule for ${name}`, result, EEXIST);
    }
    return { program: exported(context), unknown, highest };
  } finally {
    memory.release();
    library.seccomp_release(context);
  }
}

/** From `linux.seccomp` to the program that the kernel runs: actions and operators become numbers, libseccomp compiles, the result is kept. */
import { type Comparison, compileFilter, type FilterRule } from '../kernel/libseccomp.ts';
import type { Seccomp, SeccompRule } from './config.ts';
import { SECCOMP_OPERATORS } from './seccomp.ts';

export interface SeccompFilter {
  /** Classic BPF, 8 bytes an instruction. */
  program: Buffer;
  /** Names in the profile that libseccomp does not know: no rule stands for them. */
  unknown: string[];
}

/** SECCOMP_RET_*: what a filter answers. */
const RET: Record<string, number> = {
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
};
const EPERM = 1;
const ENOSYS = 38;

/** The word for an action. ERRNO and TRACE carry a number of their own in the low 16 bits; EPERM where none is given. */
function answer(action: string, errnoRet: number | undefined): number {
  const word = RET[action] as number;
  return action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE' ? word + (errnoRet ?? EPERM) : word;
}

/** The comparisons of a rule. Two on the same argument cannot both be in one rule of libseccomp: they become alternatives, as in runc. */
function alternatives(rule: SeccompRule): Comparison[][] {
  const all = (rule.args ?? []).map(({ index, op, value, valueTwo }) => ({
    argument: index,
    operator: SECCOMP_OPERATORS.indexOf(op as never) + 1,
    a: value,
    b: valueTwo ?? 0,
  }));
  const different = new Set(all.map((it) => it.argument)).size === all.length;
  return different ? [all] : all.map((it) => [it]);
}

function rulesOf(config: Seccomp, otherwise: number): FilterRule[] {
  return (config.syscalls ?? []).flatMap((rule) => {
    const action = answer(rule.action, rule.errnoRet);
    // libseccomp refuses a rule that says what the default says.
    if (action === otherwise) return [];
    return rule.names.flatMap((name) => alternatives(rule).map((comparisons) => ({ name, action, comparisons })));
  });
}

/** From here on (pidfd_send_signal, Linux 5.1) new system calls have the same number on every processor. */
const COMMON_NUMBERS = 424;
const X32_BIT = 0x40000000;

/** `struct sock_filter`s, from [code, jt, jf, k]. */
function assemble(lines: readonly (readonly [number, number, number, number])[]): Buffer {
  const bytes = Buffer.alloc(lines.length * 8);
  lines.forEach(([code, jt, jf, k], i) => {
    bytes.writeUInt16LE(code, i * 8);
    bytes.writeUInt8(jt, i * 8 + 2);
    bytes.writeUInt8(jf, i * 8 + 3);
    bytes.writeUInt32LE(k, i * 8 + 4);
  });
  return bytes;
}

/** A call newer than the profile is "not there" (ENOSYS), not "forbidden": a C library falls back to an older call then. */
function newerIsNotThere(highest: number): Buffer {
  return assemble([
    [0x20, 0, 0, 0], // ld [offsetof(struct seccomp_data, nr)]
    [0x54, 0, 0, ~X32_BIT >>> 0], // and #~X32_BIT
    [0x25, 0, 1, highest], // jgt #highest, next, over
    [0x06, 0, 0, RET.SCMP_ACT_ERRNO! + ENOSYS], // ret #SECCOMP_RET_ERRNO|ENOSYS
  ]);
}

/** Where compiled filters are kept beyond this process: compiling takes as long as half a start of Node. */
export interface FilterStore {
  load(config: Seccomp): SeccompFilter | undefined;
  save(config: Seccomp, filter: SeccompFilter): void;
}

let store: FilterStore | undefined;

/** Filters are kept there from now on. */
export function keepFilters(where: FilterStore): void {
  store = where;
}

const compiled = new Map<string, SeccompFilter>();

/** The filter of a configuration, compiled once. @throws UsageError where libseccomp is missing or refuses it. */
export function seccompFilter(config: Seccomp): SeccompFilter {
  const key = JSON.stringify(config);
  const known = compiled.get(key) ?? store?.load(config);
  const filter = known ?? compile(config);
  if (!known) store?.save(config, filter);
  compiled.set(key, filter);
  return filter;
}

function compile(config: Seccomp): SeccompFilter {
  const otherwise = answer(config.defaultAction, config.defaultErrnoRet);
  const architectures = (config.architectures ?? []).map((it) => it.replace(/^SCMP_ARCH_/, '').toLowerCase());
  const rules = rulesOf(config, otherwise);
  const { program, unknown, highest } = compileFilter({ defaultAction: otherwise, architectures, rules });
  const withStub = config.defaultAction === 'SCMP_ACT_ERRNO' && highest >= COMMON_NUMBERS;
  return { program: withStub ? Buffer.concat([newerIsNotThere(highest), program]) : program, unknown };
}

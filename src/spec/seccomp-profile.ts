/**
 * From Docker's seccomp profile format (`--security-opt seccomp=FILE`) to `linux.seccomp`: the text is checked field by field, then the
 * rules whose conditions hold for these capabilities, this processor and this kernel are kept.
 */
import { release } from 'node:os';
import { UsageError } from '../kernel/errors.ts';
import type { Seccomp, SeccompRule } from './config.ts';
import {
  type ProfileRule,
  SECCOMP_ACTIONS,
  SECCOMP_FLAGS,
  SECCOMP_OPERATORS,
  type SeccompCondition,
  type SeccompProfile,
} from './seccomp.ts';

/** The machine that a profile is resolved for. */
export interface SeccompMachine {
  /** Effective capabilities of the container, `CAP_…`. */
  capabilities: readonly string[];
  arch?: string;
  kernel?: string;
}

const GO_ARCH: Record<string, string> = { x64: 'amd64' };
const NATIVE: Record<string, string> = { amd64: 'SCMP_ARCH_X86_64', arm64: 'SCMP_ARCH_AARCH64' };

/** A wrong place in a profile: `where` is a path such as `syscalls[3].args[0].op`. */
function wrong(where: string, reason: string): UsageError {
  return new UsageError(`seccomp profile: ${where} ${reason}`);
}

type Argument = NonNullable<SeccompRule['args']>[number];
type Fields = Record<string, unknown>;

function fields(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(where, 'must be an object');
  return value as Fields;
}

function list<T>(value: unknown, where: string, item: (value: unknown, where: string) => T): T[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong(where, 'must be a list');
  return value.map((it, i) => item(it, `${where}[${i}]`));
}

function text(value: unknown, where: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(where, 'must be a text that is not empty');
  return value;
}

function oneOf(value: unknown, where: string, allowed: readonly string[]): string {
  if (value === 'SCMP_ACT_NOTIFY')
    throw wrong(where, 'is SCMP_ACT_NOTIFY, which needs an agent that listens: use SCMP_ACT_ERRNO');
  if (typeof value === 'string' && allowed.includes(value)) return value;
  throw wrong(where, `is ${JSON.stringify(value)}: use one of ${allowed.join(', ')}`);
}

function whole(value: unknown, where: string, max: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max) return value as number;
  throw wrong(where, `must be a whole number from 0 to ${max}`);
}

const optional = <T>(key: string, value: unknown, read: (value: unknown) => T): { [key: string]: T } =>
  value === undefined || value === null ? {} : { [key]: read(value) };

function readArgument(value: unknown, where: string): Argument {
  const it = fields(value, where);
  return {
    index: whole(it.index, `${where}.index`, 5),
    value: whole(it.value, `${where}.value`, Number.MAX_SAFE_INTEGER),
    ...optional('valueTwo', it.valueTwo, (v) => whole(v, `${where}.valueTwo`, Number.MAX_SAFE_INTEGER)),
    op: oneOf(it.op, `${where}.op`, SECCOMP_OPERATORS),
  };
}

function readCondition(value: unknown, where: string): SeccompCondition {
  const it = fields(value, where);
  const minKernel = it.minKernel;
  if (minKernel !== undefined && (typeof minKernel !== 'string' || !/^\d+\.\d+$/.test(minKernel))) {
    throw wrong(`${where}.minKernel`, 'must be a version such as "4.8"');
  }
  return {
    caps: list(it.caps, `${where}.caps`, text),
    arches: list(it.arches, `${where}.arches`, text),
    ...(minKernel === undefined ? {} : { minKernel }),
  };
}

function readRule(value: unknown, where: string): ProfileRule {
  const it = fields(value, where);
  const names = it.names ?? (it.name === undefined ? [] : [it.name]);
  return {
    names: list(names, `${where}.names`, text),
    action: oneOf(it.action, `${where}.action`, SECCOMP_ACTIONS),
    args: list(it.args, `${where}.args`, readArgument),
    ...optional('errnoRet', it.errnoRet, (v) => whole(v, `${where}.errnoRet`, 0xffff)),
    ...optional('includes', it.includes, (v) => readCondition(v, `${where}.includes`)),
    ...optional('excludes', it.excludes, (v) => readCondition(v, `${where}.excludes`)),
  };
}

function readArchitectures(value: unknown, where: string): { architecture: string; subArchitectures: string[] } {
  const it = fields(value, where);
  return {
    architecture: text(it.architecture, `${where}.architecture`),
    subArchitectures: list(it.subArchitectures, `${where}.subArchitectures`, text),
  };
}

/** Checks a profile in Docker's format (`linux.seccomp` is one too). @throws UsageError naming the wrong field. */
export function readSeccompProfile(value: unknown): SeccompProfile {
  const it = fields(value, 'it');
  return {
    defaultAction: oneOf(it.defaultAction, 'defaultAction', SECCOMP_ACTIONS),
    architectures: list(it.architectures, 'architectures', text),
    archMap: list(it.archMap, 'archMap', readArchitectures),
    flags: list(it.flags, 'flags', (v, where) => oneOf(v, where, SECCOMP_FLAGS)),
    syscalls: list(it.syscalls, 'syscalls', readRule),
    ...optional('defaultErrnoRet', it.defaultErrnoRet, (v) => whole(v, 'defaultErrnoRet', 0xffff)),
  };
}

/** Checks a profile's text. */
export function parseSeccompProfile(json: string): SeccompProfile {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UsageError(`seccomp profile: it is not JSON (${(error as Error).message})`, { cause: error });
  }
  return readSeccompProfile(value);
}

function atLeast(kernel: string, wanted: string): boolean {
  const [major = 0, minor = 0] = kernel.split(/[.-]/).map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** Docker's rule: every included capability must be there, one of the processors must match, and nothing excluded may hold. */
function holds(rule: ProfileRule, machine: Required<SeccompMachine>): boolean {
  const { includes, excludes } = rule;
  const has = (name: string): boolean => machine.capabilities.includes(name);
  if (excludes?.caps?.some(has) || excludes?.arches?.includes(machine.arch)) return false;
  if (excludes?.minKernel && atLeast(machine.kernel, excludes.minKernel)) return false;
  if (includes?.minKernel && !atLeast(machine.kernel, includes.minKernel)) return false;
  if (includes?.arches?.length && !includes.arches.includes(machine.arch)) return false;
  return includes?.caps?.every(has) ?? true;
}

/** The part of a profile that holds for this container on this machine, as config.json has it. */
export function resolveSeccomp(profile: SeccompProfile, on: SeccompMachine): Seccomp {
  const machine = { arch: GO_ARCH[process.arch] ?? process.arch, kernel: release(), ...on };
  const mapped = profile.archMap?.find((it) => it.architecture === NATIVE[machine.arch]);
  const architectures = mapped ? [mapped.architecture, ...(mapped.subArchitectures ?? [])] : profile.architectures;
  const syscalls = (profile.syscalls ?? [])
    .filter((rule) => holds(rule, machine))
    .map(
      ({ names, action, errnoRet, args }): SeccompRule => ({
        names,
        action,
        ...(errnoRet === undefined ? {} : { errnoRet }),
        ...(args?.length ? { args } : {}),
      }),
    );
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet === undefined ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
    ...(architectures?.length ? { architectures } : {}),
    ...(profile.flags?.length ? { flags: profile.flags } : {}),
    syscalls,
  };
}

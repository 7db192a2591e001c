/**
 * Device rules in cgroup v2 are an eBPF program that the kernel runs whenever a process of the group opens or makes a device node:
 * it gets kind, numbers and access, and answers 1 (yes) or 0 (EPERM). bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE.
 */
import * as fs from 'node:fs';
import { host } from '../kernel/caller.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { Memory } from '../kernel/memory.ts';

/** A rule with everything said: `a` and -1 are wildcards. */
export interface DeviceRule {
  allow: boolean;
  type: 'a' | 'c' | 'b';
  major: number;
  minor: number;
  access: string;
}

/** One instruction, struct bpf_insn: 8 bytes. Jumps count instructions from the next one. */
export interface Instruction {
  code: number;
  dst: number;
  src: number;
  off: number;
  imm: number;
}

// Codes of <linux/bpf_common.h> and <linux/bpf.h> put together: the class, the operation, and K (constant) or X (register).
const LDX_MEM_W = 0x61; // dst = *(u32 *)(src + off)
const MOV32_X = 0xbc; // dst = src
const MOV32_K = 0xb4; // dst = imm
const AND32_K = 0x54; // dst &= imm
const RSH32_K = 0x74; // dst >>= imm
const JEQ_K = 0x15; // if dst == imm skip off instructions
const JNE_K = 0x55; // if dst != imm skip off instructions
const EXIT = 0x95; // return r0

const ANSWER = 0;
const CONTEXT = 1;
const TYPE = 2;
/** The accesses asked for that no rule has decided yet. */
const WANTED = 3;
const MAJOR = 4;
const MINOR = 5;
const SCRATCH = 6;

/** BPF_DEVCG_DEV_BLOCK and _CHAR. */
const TYPES = { b: 1, c: 2 };
/** BPF_DEVCG_ACC_MKNOD, _READ and _WRITE. */
const ACCESS: Record<string, number> = { m: 1, r: 2, w: 4 };

const op = (code: number, dst = 0, { src = 0, off = 0, imm = 0 } = {}): Instruction => ({ code, dst, src, off, imm });

/**
 * The program for a list of rules. The last rule that matches counts, so they are asked from the last to the first; what nobody decides is
 * refused. An access asked for (say rw) may be decided by two rules, one for each half.
 */
export function buildFilter(rules: DeviceRule[]): Instruction[] {
  const load = [
    op(LDX_MEM_W, TYPE, { src: CONTEXT, off: 0 }), // access_type: the access in the upper half, the kind in the lower
    op(MOV32_X, WANTED, { src: TYPE }),
    op(AND32_K, TYPE, { imm: 0xffff }),
    op(RSH32_K, WANTED, { imm: 16 }),
    op(LDX_MEM_W, MAJOR, { src: CONTEXT, off: 4 }),
    op(LDX_MEM_W, MINOR, { src: CONTEXT, off: 8 }),
  ];
  const questions = [...rules].reverse().flatMap(question);
  return [...load, ...questions, op(MOV32_K, ANSWER, { imm: 0 }), op(EXIT)];
}

/** One rule: where something does not match, skip to the next rule. */
function question(rule: DeviceRule): Instruction[] {
  const access = [...rule.access].reduce((bits, letter) => bits | ACCESS[letter]!, 0);
  const answer = [op(MOV32_K, ANSWER, { imm: rule.allow ? 1 : 0 }), op(EXIT)];
  const decide = rule.allow
    ? [op(AND32_K, WANTED, { imm: ~access }), op(JNE_K, WANTED, { imm: 0, off: answer.length })]
    : [
        op(MOV32_X, SCRATCH, { src: WANTED }),
        op(AND32_K, SCRATCH, { imm: access }),
        op(JEQ_K, SCRATCH, { imm: 0, off: answer.length }),
      ];
  const body = [...decide, ...answer];
  const matches: [number, number][] = [];
  if (rule.type !== 'a') matches.push([TYPE, TYPES[rule.type]]);
  if (rule.major !== -1) matches.push([MAJOR, rule.major]);
  if (rule.minor !== -1) matches.push([MINOR, rule.minor]);
  const tests = matches.map(([register, value], at) =>
    op(JNE_K, register, { imm: value, off: matches.length - 1 - at + body.length }),
  );
  return [...tests, ...body];
}

/** The instructions as the kernel reads them (both of our processors are little-endian). */
export function encode(program: Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(({ code, dst, src, off, imm }, at) => {
    bytes.writeUInt8(code, at * 8);
    bytes.writeUInt8(dst | (src << 4), at * 8 + 1);
    bytes.writeInt16LE(off, at * 8 + 2);
    bytes.writeInt32LE(imm | 0, at * 8 + 4);
  });
  return bytes;
}

const BPF_PROG_LOAD = 5;
const BPF_PROG_ATTACH = 8;
const BPF_PROG_DETACH = 9;
const BPF_PROG_GET_FD_BY_ID = 13;
const BPF_PROG_QUERY = 16;
const BPF_PROG_TYPE_CGROUP_DEVICE = 15;
const BPF_CGROUP_DEVICE = 6;
const BPF_F_ALLOW_MULTI = 2;

/** union bpf_attr, as much of it as these commands look at. */
const attributes = (): Buffer => Buffer.alloc(128);

/** int bpf(int cmd, union bpf_attr *attr, unsigned int size); */
const bpf = (command: number, attr: Buffer): number => host.call('bpf', command, attr, attr.length);

function load(program: Instruction[], memory: Memory): number {
  const attr = attributes();
  attr.writeUInt32LE(BPF_PROG_TYPE_CGROUP_DEVICE, 0); // prog_type
  attr.writeUInt32LE(program.length, 4); // insn_cnt
  attr.writeBigUInt64LE(BigInt(memory.bytes(encode(program)).address), 8); // insns
  attr.writeBigUInt64LE(BigInt(memory.string('MIT').address), 16); // license
  return bpf(BPF_PROG_LOAD, attr);
}

function attach(command: number, group: number, program: number): void {
  const attr = attributes();
  attr.writeUInt32LE(group, 0); // target_fd
  attr.writeUInt32LE(program, 4); // attach_bpf_fd
  attr.writeUInt32LE(BPF_CGROUP_DEVICE, 8); // attach_type
  if (command === BPF_PROG_ATTACH) attr.writeUInt32LE(BPF_F_ALLOW_MULTI, 12); // attach_flags
  bpf(command, attr);
}

/** Identifiers of the programs that are attached to this very group. */
function attached(group: number, memory: Memory): number[] {
  const ids = memory.take(64 * 4);
  const attr = attributes();
  attr.writeUInt32LE(group, 0); // target_fd
  attr.writeUInt32LE(BPF_CGROUP_DEVICE, 4); // attach_type
  attr.writeBigUInt64LE(BigInt(ids.address), 16); // prog_ids
  attr.writeUInt32LE(64, 24); // prog_cnt, in and out
  bpf(BPF_PROG_QUERY, attr);
  return Array.from({ length: attr.readUInt32LE(24) }, (_, at) => ids.bytes.readUInt32LE(at * 4));
}

function detachById(group: number, id: number): void {
  const attr = attributes();
  attr.writeUInt32LE(id, 0); // prog_id
  const program = bpf(BPF_PROG_GET_FD_BY_ID, attr);
  try {
    attach(BPF_PROG_DETACH, group, program);
  } finally {
    fs.closeSync(program);
  }
}

/**
 * Puts a program in force for a group, in the place of what was there. The new one is attached before the old ones go: all that are attached
 * must say yes, so nothing is open in between.
 */
export function attachFilter(program: Instruction[], directory: string): void {
  const memory = new Memory();
  const group = fs.openSync(directory, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  try {
    const old = attached(group, memory);
    const loaded = load(program, memory);
    try {
      attach(BPF_PROG_ATTACH, group, loaded);
    } finally {
      fs.closeSync(loaded);
    }
    for (const id of old) detachById(group, id);
  } catch (error) {
    throw refusedFilter(error, directory);
  } finally {
    fs.closeSync(group);
    memory.release();
  }
}

/** How many programs decide about a group's devices; 0: everything is allowed. */
export function countFilters(directory: string): number {
  const memory = new Memory();
  const group = fs.openSync(directory, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  try {
    return attached(group, memory).length;
  } finally {
    fs.closeSync(group);
    memory.release();
  }
}

function refusedFilter(error: unknown, directory: string): unknown {
  const problem = `device rules cannot be enforced for ${directory}`;
  if (isRefusal(error, 'EPERM', 'EACCES'))
    return new UsageError(`${problem}: loading a BPF program needs CAP_SYS_ADMIN outside of any user namespace`, {
      remedy: 'run as root, or leave the device rules out (in a user namespace no device node can be made anyway)',
      cause: error,
    });
  if (isRefusal(error, 'EINVAL', 'ENOSYS'))
    return new UsageError(`${problem}: this kernel has no BPF programs for devices`, {
      remedy: 'use a kernel with CONFIG_CGROUP_BPF, or leave the device rules out',
      cause: error,
    });
  return error;
}

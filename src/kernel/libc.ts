/**
 * The one door to native code: libc's `syscall(2)` and `clone(2)`, memory from `mmap(2)`, and other shared libraries by name, all through ffi-rs.
 * Nothing else in the project imports ffi-rs.
 */
import { createRequire } from 'node:module';

const { createExternalBuffer, DataType, load, open } = loadFfi();
type DataType = import('ffi-rs').DataType;

/**
 * ffi-rs asks Node for a whole diagnostic report, 10 ms at each start, only to learn whether libc is musl. We need glibc (`libc.so.6`) in any case, so the report that it
 * gets says so.
 */
function loadFfi(): typeof import('ffi-rs') {
  const { getReport } = process.report;
  process.report.getReport = () => ({ header: { glibcVersionRuntime: 'any' } });
  try {
    return createRequire(import.meta.url)('ffi-rs');
  } finally {
    process.report.getReport = getReport;
  }
}

const LIBC = 'libc';
open({ library: LIBC, path: 'libc.so.6' });

const { I64, I32, External } = DataType;
const SYSCALL = [I64, I64, I64, I64, I64, I64, I64];
const CLONE = [I64, I64, I64, I64, I64, I64, I64];

/** What a native call answered: its value, and `errno` where the value says that it failed. */
export interface Answer {
  value: number;
  errno: number;
}

interface WithErrno {
  value: number;
  errnoCode: number;
}

/** `long syscall(long number, ...)` – see syscall(2). `args` are numbers or addresses. */
export function rawSyscall(number: number, args: readonly number[]): Answer {
  const paramsValue = [number, args[0] ?? 0, args[1] ?? 0, args[2] ?? 0, args[3] ?? 0, args[4] ?? 0, args[5] ?? 0];
  const { value, errnoCode } = load({
    library: LIBC,
    funcName: 'syscall',
    retType: I64,
    paramsType: SYSCALL,
    paramsValue,
    errno: true,
  }) as WithErrno;
  return { value, errno: value === -1 ? errnoCode : 0 };
}

/** The same call made on another thread, so that one which blocks does not hold the event loop. The value alone: errno belongs to the other thread. */
export function rawSyscallAside(number: number, args: readonly number[]): Promise<number> {
  const paramsValue = [number, args[0] ?? 0, args[1] ?? 0, args[2] ?? 0, args[3] ?? 0, args[4] ?? 0, args[5] ?? 0];
  return load({
    library: LIBC,
    funcName: 'syscall',
    retType: I64,
    paramsType: SYSCALL,
    paramsValue,
    runInNewThread: true,
  }) as Promise<number>;
}

/** `int clone(int (*fn)(void *), void *stack, int flags, void *arg, pid_t *ptid, void *tls, pid_t *ctid)` – see clone(2). All are addresses but `flags`. */
export function rawClone(fn: number, stack: number, flags: number, arg: number, ctid: number): Answer {
  const { value, errnoCode } = load({
    library: LIBC,
    funcName: 'clone',
    retType: I32,
    paramsType: CLONE,
    paramsValue: [fn, stack, flags, arg, 0, 0, ctid],
    errno: true,
  }) as WithErrno;
  return { value, errno: value === -1 ? errnoCode : 0 };
}

/** A stretch of memory outside the JavaScript heap: it never moves, and lives until the process ends. */
export interface Stretch {
  address: number;
  bytes: Buffer;
}

/** `void *mmap(NULL, length, prot, flags, fd, 0)` – see mmap(2). */
export function map(length: number, prot: number, flags: number, fd = -1): Stretch {
  const external = load({
    library: LIBC,
    funcName: 'mmap',
    retType: External,
    paramsType: [I64, I64, I32, I32, I32, I64],
    paramsValue: [0, length, prot, flags, fd, 0],
  });
  // memcpy(3) returns its first argument: with a length of 0 it tells the pointer's value and nothing more.
  const address = load({
    library: LIBC,
    funcName: 'memcpy',
    retType: I64,
    paramsType: [External, External, I64],
    paramsValue: [external, external, 0],
  });
  if (address === -1) throw new Error(`mmap of ${length} bytes was refused`);
  return { address, bytes: createExternalBuffer(external, length) };
}

/** The kinds of values that functions of other libraries take and return. Pointers are numbers. */
export const type = {
  int: I32,
  long: I64,
  pointer: I64,
  unsigned: DataType.U32,
  string: DataType.String,
  void: DataType.Void,
} as const;

export type NativeFunction = (...args: (number | string)[]) => number | string;

const opened = new Set<string>();

/**
 * Opens another shared library, for example `library('libseccomp.so.2', { seccomp_init: [type.pointer, type.unsigned] })`: for each function its return type, then its parameters' types.
 * @throws Error where the library is not installed.
 */
export function library<T extends Record<string, readonly [ret: DataType, ...params: DataType[]]>>(
  soname: string,
  functions: T,
): { [K in keyof T]: NativeFunction } {
  if (!opened.has(soname)) {
    open({ library: soname, path: soname });
    opened.add(soname);
  }
  const bound = Object.entries(functions).map(([funcName, [retType, ...paramsType]]) => {
    const call: NativeFunction = (...paramsValue) =>
      load({ library: soname, funcName, retType, paramsType, paramsValue }) as number | string;
    return [funcName, call];
  });
  return Object.fromEntries(bound);
}

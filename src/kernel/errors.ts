/**
 * The two expected errors. `SyscallError`: the kernel refused a call, with its arguments, the errno's name and meaning, and likely causes – see errno(3).
 * `UsageError`: a person asked for something that cannot be; its one line names the input, the reason and the remedy. Any other error is a bug.
 */
import { getSystemErrorMap } from 'node:util';
import { type Cause, causesOf } from './causes.ts';

/** Those that Node (libuv) has no words for. */
const more: readonly (readonly [number: number, code: string, meaning: string])[] = [
  [8, 'ENOEXEC', 'exec format error'],
  [10, 'ECHILD', 'no child processes'],
  [35, 'EDEADLK', 'resource deadlock avoided'],
  [37, 'ENOLCK', 'no locks available'],
  [87, 'EUSERS', 'too many users'],
  [122, 'EDQUOT', 'disk quota exceeded'],
];

const names = new Map([
  ...more.map(([number, code, meaning]) => [-number, [code, meaning]] as [number, [string, string]]),
  ...getSystemErrorMap(),
]);

/** `EPERM` for 1. */
export const errnoName = (errno: number): string => names.get(-errno)?.[0] ?? `errno ${errno}`;

/** `operation not permitted` for 1. */
export const errnoMeaning = (errno: number): string => names.get(-errno)?.[1] ?? 'unknown error';

const numbers = new Map([...names].map(([number, [name]]) => [name, -number]));

/** 1 for `EPERM`; 0 where there is no such name. */
export const errnoNumber = (code: string): number => numbers.get(code) ?? 0;

/** The kernel refused a system call. */
export class SyscallError extends Error {
  override readonly name = 'SyscallError';
  readonly syscall: string;
  readonly args: string[];
  readonly errno: number;
  readonly code: string;
  readonly meaning: string;
  readonly causes: string[];

  constructor(syscall: string, args: string[], errno: number, options?: { cause?: unknown }) {
    const code = errnoName(errno);
    const meaning = errnoMeaning(errno);
    super(`${syscall}(${args.join(', ')}) = -1 ${code} (${meaning})`, options);
    this.syscall = syscall;
    this.args = args;
    this.errno = errno;
    this.code = code;
    this.meaning = meaning;
    this.causes = causesOf(syscall, code).map((it: Cause) => it.text);
  }
}

/** The call goes on in the process; nothing is lost, but the process can be asked nothing else before it answers. */
export class StillRunningError extends Error {
  override readonly name = 'StillRunningError';
}

/** A person's mistake. The message is one line; `remedy` says what to do; `exitCode` is what a command exits with (125 where nothing else is said). */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly remedy: string | undefined;
  readonly exitCode: number;

  constructor(message: string, options: { remedy?: string; exitCode?: number; cause?: unknown } = {}) {
    super(
      options.remedy ? `${message}; ${options.remedy}` : message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.remedy = options.remedy;
    this.exitCode = options.exitCode ?? 125;
  }
}

/** Is this the kernel's refusal with one of these codes? Node's own file system errors count too. */
export function isRefusal(error: unknown, ...codes: string[]): error is SyscallError {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

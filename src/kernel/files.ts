/** File operations on the host's side, through the traced door. A refusal becomes a SyscallError with the path in it. */
import * as fs from 'node:fs';
import { quote } from './calls.ts';
import { SyscallError } from './errors.ts';
import { emit, isTraced } from './trace.ts';

function traced<T>(call: string, args: () => string[], action: () => T): T {
  const started = process.hrtime.bigint();
  const tell = (result: number, code?: string): void => {
    if (!isTraced()) return;
    const micros = Number(process.hrtime.bigint() - started) / 1000;
    const event = { who: 'node', call, args: args(), result, micros };
    emit(code ? { ...event, code } : event);
  };
  try {
    const value = action();
    tell(0);
    return value;
  } catch (error) {
    const { code, errno } = error as NodeJS.ErrnoException;
    if (code === undefined || errno === undefined) throw error;
    tell(errno, code);
    throw new SyscallError(call, args(), -errno, { cause: error });
  }
}

/** The text of a file. */
export const readText = (path: string): string =>
  traced(
    'read',
    () => [quote(path)],
    () => fs.readFileSync(path, 'utf8'),
  );

/** Writes a whole file (also one of /proc, /sys and the control groups: one write(2)). */
export const writeText = (path: string, text: string): void =>
  traced(
    'write',
    () => [quote(path), quote(text)],
    () => {
      const fd = fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_TRUNC, 0o600);
      try {
        fs.writeSync(fd, text);
      } finally {
        fs.closeSync(fd);
      }
    },
  );

/** Writes to a file of the kernel that exists already: no creation, no truncation. */
export const writeKernel = (path: string, text: string): void =>
  traced(
    'write',
    () => [quote(path), quote(text)],
    () => {
      const fd = fs.openSync(path, fs.constants.O_WRONLY);
      try {
        fs.writeSync(fd, text);
      } finally {
        fs.closeSync(fd);
      }
    },
  );

/** mkdir(2), and the mode is what is said here, whatever the umask is. With `recursive`, no error where it exists. */
export const makeDirectory = (path: string, options: { recursive?: boolean; mode?: number } = {}): void => {
  const { recursive = false, mode = 0o755 } = options;
  traced(
    'mkdir',
    () => [quote(path), `0${mode.toString(8)}`],
    () => {
      const first = fs.mkdirSync(path, { recursive, mode });
      if (first !== undefined || !recursive) fs.chmodSync(path, mode);
    },
  );
};

/** rmdir(2). */
export const removeDirectory = (path: string): void =>
  traced(
    'rmdir',
    () => [quote(path)],
    () => fs.rmdirSync(path),
  );

/** unlink(2). */
export const removeFile = (path: string): void =>
  traced(
    'unlink',
    () => [quote(path)],
    () => fs.unlinkSync(path),
  );

/** rename(2). */
export const rename = (from: string, to: string): void =>
  traced(
    'rename',
    () => [quote(from), quote(to)],
    () => fs.renameSync(from, to),
  );

/** Is there anything at this path (a dangling link too)? */
export const exists = (path: string): boolean => fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;

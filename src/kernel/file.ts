/** Files and descriptors, made by any caller in its own root and descriptor table: openat(2), openat2(2), mkdirat(2), mknodat(2), symlinkat(2), dup3(2) … */
import type { Caller } from './caller.ts';
import { AT, O, RESOLVE, S } from './constants.ts';

/** `int openat(int dirfd, const char *pathname, int flags, mode_t mode)` */
export const openat = (by: Caller, dirfd: number, path: string, flags: number, mode = 0): number =>
  by.call('openat', dirfd, path, flags, mode);

/** open(2), from the working directory of the caller. */
export const open = (by: Caller, path: string, flags: number, mode = 0): number =>
  openat(by, AT.FDCWD, path, flags, mode);

/** struct open_how { __u64 flags, mode, resolve; } */
export function openHow(how: { flags: number; mode?: number; resolve?: number }): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeBigUInt64LE(BigInt(how.flags), 0);
  bytes.writeBigUInt64LE(BigInt(how.mode ?? 0), 8);
  bytes.writeBigUInt64LE(BigInt(how.resolve ?? 0), 16);
  return bytes;
}

/** `long openat2(int dirfd, const char *pathname, struct open_how *how, size_t size)` */
export function openat2(
  by: Caller,
  dirfd: number,
  path: string,
  how: { flags: number; mode?: number; resolve?: number },
): number {
  const bytes = openHow(how);
  return by.call('openat2', dirfd, path, bytes, bytes.length);
}

/** How openInRoot resolves. */
export const IN_ROOT = RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS;

/** Opens a path as if `rootfd` were the root: links and `..` cannot lead out of it, and magic links are refused. */
export const openInRoot = (by: Caller, rootfd: number, path: string, flags: number, mode = 0): number =>
  openat2(by, rootfd, path, { flags: flags | O.CLOEXEC, mode, resolve: IN_ROOT });

/** `int close(int fd)` */
export const close = (by: Caller, fd: number): void => void (by.later ? by.later('close', fd) : by.call('close', fd));

/** `int mkdirat(int dirfd, const char *pathname, mode_t mode)` */
export const mkdirat = (by: Caller, dirfd: number, path: string, mode = 0o755): void =>
  void by.call('mkdirat', dirfd, path, mode);

/** The kernel's form of a device number – see makedev(3). */
export const makedev = (major: number, minor: number): number =>
  ((major & 0xfff) << 8) | (minor & 0xff) | ((minor & 0xfff00) << 12);

/** `int mknodat(int dirfd, const char *pathname, mode_t mode, dev_t dev)` */
export const mknodat = (by: Caller, dirfd: number, path: string, mode: number, device: number): void =>
  void by.call('mknodat', dirfd, path, mode, device);

/** `int linkat(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, int flags)` */
export const linkat = (by: Caller, from: number, path: string, to: number, name: string, flags = 0): void =>
  void by.call('linkat', from, path, to, name, flags);

/** `int symlinkat(const char *target, int newdirfd, const char *linkpath)` */
export const symlinkat = (by: Caller, target: string, dirfd: number, path: string): void =>
  void by.call('symlinkat', target, dirfd, path);

/** `int fchmodat(int dirfd, const char *pathname, mode_t mode)` – mknod and mkdir are subject to the umask, this is not. */
export const fchmodat = (by: Caller, dirfd: number, path: string, mode: number): void =>
  void by.call('fchmodat', dirfd, path, mode);

/** `int unlinkat(int dirfd, const char *pathname, int flags)` */
export const unlinkat = (by: Caller, dirfd: number, path: string, flags = 0): void =>
  void by.call('unlinkat', dirfd, path, flags);

/** `int dup3(int oldfd, int newfd, int flags)` */
export const dup3 = (by: Caller, from: number, to: number, flags = 0): number => by.call('dup3', from, to, flags);

/** Writes a whole text to a file of the kernel's, in the caller's root: open, write, close. */
export function write(by: Caller, path: string, text: string): void {
  const fd = open(by, path, O.WRONLY | O.CLOEXEC);
  try {
    const bytes = Buffer.from(text);
    by.call('write', fd, bytes, bytes.length);
  } finally {
    close(by, fd);
  }
}

/** Reads a file in the caller's root, `limit` bytes at most. */
export function read(by: Caller, dirfd: number, path: string, limit = 1 << 20): Buffer {
  const fd = openat(by, dirfd, path, O.CLOEXEC);
  return readAll(by, fd, limit);
}

/** Reads a descriptor of the caller's to its end, `limit` bytes at most, and closes it. */
export function readAll(by: Caller, fd: number, limit = 1 << 20): Buffer {
  const parts: Buffer[] = [];
  try {
    for (let total = 0; total < limit; ) {
      const part = Buffer.alloc(Math.min(65536, limit - total));
      const length = by.call('read', fd, part, part.length);
      if (length === 0) break;
      parts.push(part.subarray(0, length));
      total += length;
    }
  } finally {
    close(by, fd);
  }
  return Buffer.concat(parts);
}

/** fstat(2), the fields that differ between processors: st_mode is at 24 on x64, at 16 on arm64; st_rdev at 40, at 32. */
const stat = process.arch === 'arm64' ? { mode: 16, rdev: 32 } : { mode: 24, rdev: 40 };

/** The kind of what a descriptor (O_PATH too) refers to. */
export function fileKind(by: Caller, fd: number): 'directory' | 'file' | 'link' | 'device' | 'other' {
  const bytes = Buffer.alloc(144);
  by.call('fstat', fd, bytes);
  const mode = bytes.readUInt32LE(stat.mode) & 0o170000;
  if (mode === Number(S.IFDIR)) return 'directory';
  if (mode === Number(S.IFREG)) return 'file';
  if (mode === Number(S.IFLNK)) return 'link';
  return mode === Number(S.IFCHR) || mode === Number(S.IFBLK) ? 'device' : 'other';
}

/** The numbers of the device that a descriptor refers to; 0:0 for what is no device. */
export function deviceOf(by: Caller, fd: number): { major: number; minor: number } {
  const bytes = Buffer.alloc(144);
  by.call('fstat', fd, bytes);
  const device = bytes.readUInt32LE(stat.rdev);
  return { major: (device >>> 8) & 0xfff, minor: (device & 0xff) | ((device >>> 12) & 0xfff00) };
}

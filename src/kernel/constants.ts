/**
 * The kernel's symbolic constants, from its uapi headers. Each prints its name and is still a number: `MS.BIND | MS.REC` is 20480.
 */
import { inspect } from 'node:util';

/** A number that knows its name. */
class Constant extends Number {
  readonly name: string;
  constructor(name: string, value: number) {
    super(value);
    this.name = name;
  }
  [inspect.custom](): string {
    return `${this.name} (0x${this.valueOf().toString(16)})`;
  }
}

const groups = new Map<string, ReadonlyMap<string, number>>();

function group<T extends Record<string, number>>(prefix: string, values: T): { readonly [K in keyof T]: number } {
  const full = Object.entries(values).map(([name, value]) => [prefix + name, value] as const);
  groups.set(prefix, new Map(full));
  const constants = Object.entries(values).map(([name, value]) => [name, new Constant(prefix + name, value)]);
  return Object.fromEntries(constants);
}

/** The names in a word of flags: `flagNames('MS_', 20480)` is `MS_BIND|MS_REC`. What has no name stays a number. */
export function flagNames(prefix: string, value: number): string {
  const rest = { bits: BigInt(value) };
  const names: string[] = [];
  for (const [name, bits] of groups.get(prefix) ?? []) {
    const wanted = BigInt(bits);
    if (wanted !== 0n && (rest.bits & wanted) === wanted) {
      names.push(name);
      rest.bits &= ~wanted;
    }
  }
  if (rest.bits !== 0n || names.length === 0) names.push(rest.bits === 0n ? '0' : `0x${rest.bits.toString(16)}`);
  return names.join('|');
}

/** The name of one value: `valueName('PR_', 1)` is `PR_SET_PDEATHSIG`. */
export function valueName(prefix: string, value: number): string {
  for (const [name, number] of groups.get(prefix) ?? []) if (number === Number(value)) return name;
  return String(value);
}

/** mount(2): mount flags. */
export const MS = group('MS_', {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  SYNCHRONOUS: 16,
  REMOUNT: 32,
  MANDLOCK: 64,
  DIRSYNC: 128,
  NOSYMFOLLOW: 256,
  NOATIME: 1024,
  NODIRATIME: 2048,
  BIND: 4096,
  MOVE: 8192,
  REC: 16384,
  SILENT: 32768,
  UNBINDABLE: 1 << 17,
  PRIVATE: 1 << 18,
  SLAVE: 1 << 19,
  SHARED: 1 << 20,
  RELATIME: 1 << 21,
  STRICTATIME: 1 << 24,
  LAZYTIME: 1 << 25,
});

/** umount2(2). */
export const MNT = group('MNT_', { FORCE: 1, DETACH: 2, EXPIRE: 4 });

/** clone(2), unshare(2), setns(2). */
export const CLONE = group('CLONE_', {
  NEWTIME: 0x80,
  VM: 0x100,
  FS: 0x200,
  FILES: 0x400,
  SIGHAND: 0x800,
  PIDFD: 0x1000,
  VFORK: 0x4000,
  PARENT: 0x8000,
  THREAD: 0x10000,
  NEWNS: 0x20000,
  SYSVSEM: 0x40000,
  SETTLS: 0x80000,
  PARENT_SETTID: 0x100000,
  CHILD_CLEARTID: 0x200000,
  CHILD_SETTID: 0x1000000,
  NEWCGROUP: 0x2000000,
  NEWUTS: 0x4000000,
  NEWIPC: 0x8000000,
  NEWUSER: 0x10000000,
  NEWPID: 0x20000000,
  NEWNET: 0x40000000,
});

const arm = process.arch === 'arm64';

/** open(2). Four of them differ between processors. */
export const O = group('O_', {
  WRONLY: 1,
  RDWR: 2,
  CREAT: 0o100,
  EXCL: 0o200,
  NOCTTY: 0o400,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NONBLOCK: 0o4000,
  DIRECTORY: arm ? 0o40000 : 0o200000,
  NOFOLLOW: arm ? 0o100000 : 0o400000,
  CLOEXEC: 0o2000000,
  PATH: 0o10000000,
});

/** openat(2) and its kin. */
export const AT = group('AT_', {
  FDCWD: -100,
  SYMLINK_NOFOLLOW: 0x100,
  REMOVEDIR: 0x200,
  SYMLINK_FOLLOW: 0x400,
  EMPTY_PATH: 0x1000,
  RECURSIVE: 0x8000,
});

/** openat2(2): how a path may be resolved. */
export const RESOLVE = group('RESOLVE_', { NO_XDEV: 1, NO_MAGICLINKS: 2, NO_SYMLINKS: 4, BENEATH: 8, IN_ROOT: 16 });

/** prctl(2). */
export const PR = group('PR_', {
  SET_PDEATHSIG: 1,
  GET_DUMPABLE: 3,
  SET_DUMPABLE: 4,
  GET_KEEPCAPS: 7,
  SET_KEEPCAPS: 8,
  SET_NAME: 15,
  GET_NAME: 16,
  CAPBSET_READ: 23,
  CAPBSET_DROP: 24,
  GET_SECUREBITS: 27,
  SET_SECUREBITS: 28,
  SET_NO_NEW_PRIVS: 38,
  GET_NO_NEW_PRIVS: 39,
  CAP_AMBIENT: 47,
});

/** waitid(2). */
export const P = group('P_', { ALL: 0, PID: 1, PGID: 2, PIDFD: 3 });
export const W = group('W', { NOHANG: 1, STOPPED: 2, EXITED: 4, CONTINUED: 8, NOWAIT: 0x1000000 });

/** mount_setattr(2). */
export const MOUNT_ATTR = group('MOUNT_ATTR_', {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  NOATIME: 0x10,
  STRICTATIME: 0x20,
  NODIRATIME: 0x80,
  IDMAP: 0x100000,
  NOSYMFOLLOW: 0x200000,
});

/** open_tree(2), move_mount(2). */
export const OPEN_TREE = group('OPEN_TREE_', { CLONE: 1 });
export const MOVE_MOUNT = group('MOVE_MOUNT_', { F_EMPTY_PATH: 4, T_SYMLINKS: 0x10 });

/** mknod(2), stat(2): the kind of a file. */
export const S = group('S_', {
  IFIFO: 0o10000,
  IFCHR: 0o20000,
  IFDIR: 0o40000,
  IFBLK: 0o60000,
  IFREG: 0o100000,
  IFLNK: 0o120000,
  IFSOCK: 0o140000,
});

/** socket(2). */
export const AF = group('AF_', { UNIX: 1, INET: 2, INET6: 10, NETLINK: 16 });
export const SOCK = group('SOCK_', { STREAM: 1, DGRAM: 2, RAW: 3, NONBLOCK: 0o4000, CLOEXEC: 0o2000000 });

/** ioctl(2) requests. */
export const IOCTL = group('', {
  TCGETS: 0x5401,
  TIOCSCTTY: 0x540e,
  TIOCSTI: 0x5412,
  TIOCGWINSZ: 0x5413,
  TIOCSWINSZ: 0x5414,
  TIOCSPTLCK: 0x40045431,
  TIOCGPTPEER: 0x5441,
  TIOCGPTN: 0x80045430,
  SIOCGIFFLAGS: 0x8913,
  SIOCSIFFLAGS: 0x8914,
});

/** fcntl(2) commands. */
export const F = group('F_', {
  DUPFD: 0,
  GETFD: 1,
  SETFD: 2,
  GETFL: 3,
  SETFL: 4,
  DUPFD_CLOEXEC: 1030,
  ADD_SEALS: 1033,
  GET_SEALS: 1034,
});

export const SIGCHLD = 17;

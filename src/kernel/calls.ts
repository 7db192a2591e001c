/**
 * The system calls that we make: their numbers on x64 (arch/x86/entry/syscalls/syscall_64.tbl) and arm64 (include/uapi/asm-generic/unistd.h),
 * and what kind each argument is, so that a trace and an error can print it as strace(1) would. Only calls that both processors have.
 */
import { constants as os } from 'node:os';
import { flagNames, valueName } from './constants.ts';

/** How an argument is printed: `MS_` stands for flags whose names begin so, `=P_` for one value of that group. */
export type Kind =
  | 'path'
  | 'argv'
  | 'access'
  | 'string'
  | 'fd'
  | 'dirfd'
  | 'int'
  | 'hex'
  | 'mode'
  | 'device'
  | 'pointer'
  | 'signal'
  | `${string}_`
  | '='
  | 'W';

const table = {
  read: [0, 63, 'fd', 'pointer', 'int'],
  write: [1, 64, 'fd', 'string', 'int'],
  close: [3, 57, 'fd'],
  fstat: [5, 80, 'fd', 'pointer'],
  lseek: [8, 62, 'fd', 'int', 'int'],
  mmap: [9, 222, 'hex', 'int', 'hex', 'hex', 'fd', 'int'],
  munmap: [11, 215, 'hex', 'int'],
  rt_sigprocmask: [14, 135, 'int', 'pointer', 'pointer', 'int'],
  rt_sigaction: [13, 134, 'signal', 'pointer', 'pointer', 'int'],
  ioctl: [16, 29, 'fd', '=', 'pointer'],
  getpid: [39, 172],
  socket: [41, 198, '=AF_', 'SOCK_', 'int'],
  connect: [42, 203, 'fd', 'pointer', 'int'],
  sendto: [44, 206, 'fd', 'pointer', 'int', 'hex', 'pointer', 'int'],
  recvfrom: [45, 207, 'fd', 'pointer', 'int', 'hex', 'pointer', 'pointer'],
  sendmsg: [46, 211, 'fd', 'pointer', 'hex'],
  recvmsg: [47, 212, 'fd', 'pointer', 'hex'],
  bind: [49, 200, 'fd', 'pointer', 'int'],
  listen: [50, 201, 'fd', 'int'],
  getsockname: [51, 204, 'fd', 'pointer', 'pointer'],
  socketpair: [53, 199, '=AF_', 'SOCK_', 'int', 'pointer'],
  setsockopt: [54, 208, 'fd', 'int', 'int', 'pointer', 'int'],
  getsockopt: [55, 209, 'fd', 'int', 'int', 'pointer', 'pointer'],
  clone: [56, 220, 'CLONE_', 'hex', 'hex', 'hex', 'hex'],
  execve: [59, 221, 'path', 'argv', 'argv'],
  exit: [60, 93, 'int'],
  wait4: [61, 260, 'int', 'pointer', 'int', 'pointer'],
  kill: [62, 129, 'int', 'signal'],
  uname: [63, 160, 'pointer'],
  fcntl: [72, 25, 'fd', '=F_', 'int'],
  flock: [73, 32, 'fd', 'int'],
  getcwd: [79, 17, 'pointer', 'int'],
  chdir: [80, 49, 'path'],
  fchdir: [81, 50, 'fd'],
  fchmod: [91, 52, 'fd', 'mode'],
  fchown: [93, 55, 'fd', 'int', 'int'],
  umask: [95, 166, 'mode'],
  ptrace: [101, 117, 'int', 'int', 'hex', 'hex'],
  getuid: [102, 174],
  getgid: [104, 176],
  setuid: [105, 146, 'int'],
  setgid: [106, 144, 'int'],
  geteuid: [107, 175],
  setpgid: [109, 154, 'int', 'int'],
  getppid: [110, 173],
  setsid: [112, 157],
  setgroups: [116, 159, 'int', 'pointer'],
  setresuid: [117, 147, 'int', 'int', 'int'],
  setresgid: [119, 149, 'int', 'int', 'int'],
  getpgid: [121, 155, 'int'],
  getsid: [124, 156, 'int'],
  capget: [125, 90, 'pointer', 'pointer'],
  setfsuid: [122, 151, 'int'],
  setfsgid: [123, 152, 'int'],
  capset: [126, 91, 'pointer', 'pointer'],
  statfs: [137, 43, 'path', 'pointer'],
  fstatfs: [138, 44, 'fd', 'pointer'],
  personality: [135, 92, 'hex'],
  pivot_root: [155, 41, 'path', 'path'],
  prctl: [157, 167, '=PR_', 'int', 'int', 'int', 'int'],
  chroot: [161, 51, 'path'],
  sync: [162, 81],
  mount: [165, 40, 'path', 'path', 'string', 'MS_', 'string'],
  umount2: [166, 39, 'path', 'MNT_'],
  sethostname: [170, 161, 'string', 'int'],
  setdomainname: [171, 162, 'string', 'int'],
  gettid: [186, 178],
  setxattr: [188, 5, 'path', 'string', 'pointer', 'int', 'int'],
  lsetxattr: [189, 6, 'path', 'string', 'pointer', 'int', 'int'],
  fsetxattr: [190, 7, 'fd', 'string', 'pointer', 'int', 'int'],
  getxattr: [191, 8, 'path', 'string', 'pointer', 'int'],
  lgetxattr: [192, 9, 'path', 'string', 'pointer', 'int'],
  llistxattr: [195, 12, 'path', 'pointer', 'int'],
  futex: [202, 98, 'hex', 'int', 'int', 'pointer', 'hex', 'int'],
  sched_setaffinity: [203, 122, 'int', 'int', 'pointer'],
  sched_getaffinity: [204, 123, 'int', 'int', 'pointer'],
  getdents64: [217, 61, 'fd', 'pointer', 'int'],
  exit_group: [231, 94, 'int'],
  epoll_ctl: [233, 21, 'fd', 'int', 'fd', 'pointer'],
  waitid: [247, 95, '=P_', 'int', 'pointer', 'W', 'pointer'],
  add_key: [248, 217, 'string', 'string', 'pointer', 'int', 'int'],
  request_key: [249, 218, 'string', 'string', 'pointer', 'int'],
  keyctl: [250, 219, 'int', 'int', 'int', 'int', 'int'],
  openat: [257, 56, 'dirfd', 'path', 'O_', 'mode'],
  mkdirat: [258, 34, 'dirfd', 'path', 'mode'],
  mknodat: [259, 33, 'dirfd', 'path', 'mode', 'device'],
  fchownat: [260, 54, 'dirfd', 'path', 'int', 'int', 'AT_'],
  newfstatat: [262, 79, 'dirfd', 'path', 'pointer', 'AT_'],
  unlinkat: [263, 35, 'dirfd', 'path', 'AT_'],
  linkat: [265, 37, 'dirfd', 'path', 'dirfd', 'path', 'AT_'],
  symlinkat: [266, 36, 'path', 'dirfd', 'path'],
  readlinkat: [267, 78, 'dirfd', 'path', 'pointer', 'int'],
  fchmodat: [268, 53, 'dirfd', 'path', 'mode'],
  faccessat: [269, 48, 'dirfd', 'path', 'access'],
  ppoll: [271, 73, 'pointer', 'int', 'pointer', 'pointer', 'int'],
  unshare: [272, 97, 'CLONE_'],
  splice: [275, 76, 'fd', 'pointer', 'fd', 'pointer', 'int', 'hex'],
  utimensat: [280, 88, 'dirfd', 'path', 'pointer', 'AT_'],
  epoll_pwait: [281, 22, 'fd', 'pointer', 'int', 'int', 'pointer', 'int'],
  fallocate: [285, 47, 'fd', 'hex', 'int', 'int'],
  epoll_create1: [291, 20, 'hex'],
  dup3: [292, 24, 'fd', 'fd', 'O_'],
  pipe2: [293, 59, 'pointer', 'O_'],
  prlimit64: [302, 261, 'int', 'int', 'pointer', 'pointer'],
  name_to_handle_at: [303, 264, 'dirfd', 'path', 'pointer', 'pointer', 'AT_'],
  open_by_handle_at: [304, 265, 'fd', 'pointer', 'O_'],
  setns: [308, 268, 'fd', 'CLONE_'],
  process_vm_readv: [310, 270, 'int', 'pointer', 'int', 'pointer', 'int', 'int'],
  renameat2: [316, 276, 'dirfd', 'path', 'dirfd', 'path', 'hex'],
  seccomp: [317, 277, 'int', 'hex', 'pointer'],
  execveat: [322, 281, 'fd', 'string', 'argv', 'argv', 'AT_'],
  memfd_create: [319, 279, 'string', 'hex'],
  bpf: [321, 280, 'int', 'pointer', 'int'],
  statx: [332, 291, 'dirfd', 'path', 'AT_', 'hex', 'pointer'],
  pidfd_send_signal: [424, 424, 'fd', 'signal', 'pointer', 'int'],
  open_tree: [428, 428, 'dirfd', 'path', 'hex'],
  move_mount: [429, 429, 'dirfd', 'path', 'dirfd', 'path', 'hex'],
  fsopen: [430, 430, 'string', 'hex'],
  fsconfig: [431, 431, 'fd', 'int', 'string', 'string', 'int'],
  fsmount: [432, 432, 'fd', 'hex', 'MOUNT_ATTR_'],
  pidfd_open: [434, 434, 'int', 'hex'],
  clone3: [435, 435, 'pointer', 'int'],
  close_range: [436, 436, 'int', 'hex', 'hex'],
  openat2: [437, 437, 'dirfd', 'path', 'pointer', 'int'],
  pidfd_getfd: [438, 438, 'fd', 'fd', 'hex'],
  mount_setattr: [442, 442, 'dirfd', 'path', 'AT_', 'pointer', 'int'],
} as const satisfies Record<string, readonly [x64: number, arm64: number, ...kinds: (Kind | `=${string}`)[]]>;

/** The name of a system call in the table. */
export type SyscallName = keyof typeof table;

/** The number of a system call on this processor, or on another. */
export const syscallNumber = (name: SyscallName, arch: string = process.arch): number =>
  table[name][arch === 'arm64' ? 1 : 0];

/** Every name in the table. */
export const syscallNames = Object.keys(table) as SyscallName[];

const SHOWN = 64;

/** A C string as strace prints it. */
export function quote(text: string): string {
  const short = text.length > SHOWN ? text.slice(0, SHOWN) : text;
  return JSON.stringify(short) + (text.length > SHOWN ? '...' : '');
}

const signalNames = new Map(Object.entries(os.signals).map(([name, number]) => [number, name]));

/** `SIGKILL` for 9. */
export const signalName = (number: number): string => signalNames.get(number as never) ?? String(number);

function printNumber(kind: string, value: number): string {
  if (kind === 'dirfd') return value === -100 ? 'AT_FDCWD' : String(value);
  if (kind === 'access') return ['X_OK', 'W_OK', 'R_OK'].filter((_, bit) => value & (1 << bit)).join('|') || 'F_OK';
  if (kind === 'mode') return value === 0 ? '0' : `0${value.toString(8)}`;
  if (kind === 'hex') return value === 0 ? '0' : `0x${value.toString(16)}`;
  if (kind === 'signal') return signalName(value);
  if (kind === 'device') return `makedev(${(value >> 8) & 0xfff}, ${(value & 0xff) | ((value >> 12) & 0xfff00)})`;
  if (kind.startsWith('=')) return valueName(kind.slice(1), value);
  if (kind === 'W') return flagNames('W', value);
  if (kind.endsWith('_'))
    return kind === 'O_' && (value & 3) === 0
      ? flagNames('O_', value).replace(/^0$/, 'O_RDONLY')
      : flagNames(kind, value);
  return String(value);
}

/** An argument as a person reads it. */
export function printArgument(
  name: SyscallName,
  index: number,
  value: number | bigint | string | Uint8Array | null,
): string {
  const kind = (table[name] as readonly (string | number)[])[index + 2] ?? 'int';
  // As strace has it: a path is never cut.
  if (typeof value === 'string')
    return kind === 'argv' ? value : kind === 'path' ? JSON.stringify(value) : quote(value);
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array)
    return kind === 'string' ? quote(Buffer.from(value).toString('latin1')) : `{${value.length} bytes}`;
  const number = Number(value);
  if (number === 0 && (kind === 'argv' || kind === 'pointer' || kind === 'path' || kind === 'string')) return 'NULL';
  if (kind === 'pointer' || kind === 'path' || kind === 'string')
    return number > 0xffff ? `0x${number.toString(16)}` : String(number);
  return printNumber(String(kind), number);
}

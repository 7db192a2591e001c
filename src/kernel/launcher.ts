/**
 * The launcher: a program of 200 bytes in sealed memory that a blank process becomes for a moment, and that becomes the container's program.
 *
 * Why: until its first execve a blank process's /proc/self/exe is the host's own node. A container whose program is a link to /proc/self/exe, or a script that
 * begins with #!/proc/self/exe, would run that file, and could write to it later (CVE-2019-5736). The last execve comes from the launcher: /proc/self/exe is
 * then a memfd that nobody can ever write to – see memfd_create(2), F_ADD_SEALS in fcntl(2), elf(5).
 *
 * A security module's label for the program is announced by the launcher too: it is for the next execve of the process, and for that one alone.
 */
import * as fs from 'node:fs';
import { type Caller, conclude, host } from './caller.ts';
import { AF, AT, F, O, SOCK } from './constants.ts';
import { isRefusal, SyscallError } from './errors.ts';
import { arm64, x64 } from './launcher-code.ts';
import type { Request } from './mailbox.ts';
import { Memory } from './memory.ts';
import { formatSignals } from './signals.ts';
import { asPlumbing } from './trace.ts';

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const MFD_EXEC = 0x10;
/** F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE. */
const ALL_SEALS = 1 | 2 | 4 | 8;
const SIG_SETMASK = 2;
const X_OK = 1;
/** A number that no open descriptor has: nobody asks how it went. */
const NO_DESCRIPTOR = 127;

/** A static program for this processor: one header, one segment that holds all of the file, then the code. */
export function launcherProgram(arch: string): Buffer {
  const code = Buffer.from(
    (arch === 'arm64' ? arm64 : x64).map(([bytes]) => bytes.replaceAll(' ', '')).join(''),
    'hex',
  );
  const [HEADER, SEGMENT, BASE] = [64, 56, 0x400000];
  const elf = Buffer.alloc(HEADER + SEGMENT);
  // Elf64_Ehdr: 64-bit, little-endian, executable.
  elf.write('\x7fELF\x02\x01\x01', 'latin1');
  elf.writeUInt16LE(2, 16);
  elf.writeUInt16LE(arch === 'arm64' ? 183 : 62, 18);
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(BigInt(BASE + elf.length), 24);
  elf.writeBigUInt64LE(BigInt(HEADER), 32);
  elf.writeUInt16LE(HEADER, 52);
  elf.writeUInt16LE(SEGMENT, 54);
  elf.writeUInt16LE(1, 56);
  // Elf64_Phdr: PT_LOAD, readable and executable.
  elf.writeUInt32LE(1, HEADER);
  elf.writeUInt32LE(5, HEADER + 4);
  elf.writeBigUInt64LE(BigInt(BASE), HEADER + 16);
  elf.writeBigUInt64LE(BigInt(BASE), HEADER + 24);
  elf.writeBigUInt64LE(BigInt(elf.length + code.length), HEADER + 32);
  elf.writeBigUInt64LE(BigInt(elf.length + code.length), HEADER + 40);
  elf.writeBigUInt64LE(0x1000n, HEADER + 48);
  return Buffer.concat([elf, code]);
}

function memfd(): number {
  try {
    return host.call('memfd_create', 'minidocker-launcher', MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
  } catch {
    // Before Linux 6.3 there is no MFD_EXEC: executable is the default.
    return host.call('memfd_create', 'minidocker-launcher', MFD_CLOEXEC | MFD_ALLOW_SEALING);
  }
}

let opened: number | undefined;

/** Node's descriptor of the launcher, made once. A blank process has to keep it. */
export function launcherDescriptor(): number {
  if (opened !== undefined) return opened;
  const fd = asPlumbing(memfd);
  fs.writeSync(fd, launcherProgram(process.arch));
  asPlumbing(() => host.call('fcntl', fd, F.ADD_SEALS, ALL_SEALS));
  opened = fd;
  return fd;
}

/** What launching needs of a blank process. */
export interface Launchable extends Caller {
  readonly execed: boolean;
  chain(requests: readonly Request[]): number[];
  takeDescriptor(fd: number): number;
}

const ENOENT = 2;
/** EPERM, ENOSYS: a filter of one's own forbids the look itself. */
const forbidden = [-1, -38];

/** The first path that is there and may be executed, as execvp(3) chooses. @throws SyscallError of the look that says most (EACCES wins over ENOENT). */
function choose(by: Launchable, paths: readonly string[]): string {
  const looks = paths.map((path): Request => ({ name: 'faccessat', args: [AT.FDCWD, path, X_OK], mayFail: true }));
  const answers = by.chain(looks);
  const opens = paths.map(
    (path): Request => ({
      name: 'openat',
      args: [AT.FDCWD, path, O.PATH | O.CLOEXEC, 0],
      mayFail: true,
    }),
  );
  const found = answers.some((it) => forbidden.includes(it)) ? by.chain(opens) : answers;
  const fine = found.findIndex((it) => it >= 0);
  if (fine >= 0) return paths[fine]!;
  const telling = found.findIndex((it) => it !== -ENOENT);
  const at = telling === -1 ? paths.length - 1 : telling;
  throw new SyscallError('faccessat', ['AT_FDCWD', JSON.stringify(paths[at]), 'X_OK'], -found[at]!);
}

/** A pair of sockets by which the launcher is told to go on, and tells how it went: its end in the blank process, the other one in Node. */
function statusSockets(by: Launchable): { theirs: number; ours: number | undefined } {
  const fds = Buffer.alloc(8);
  try {
    by.call('socketpair', AF.UNIX, SOCK.STREAM | SOCK.CLOEXEC, 0, fds);
    return { theirs: fds.readInt32LE(4), ours: by.takeDescriptor(fds.readInt32LE(0)) };
  } catch (error) {
    // Where a filter forbids sockets, or the kernel gives no descriptor out (before 5.6), the exit code has to tell.
    if (!(error instanceof SyscallError)) throw error;
    return { theirs: NO_DESCRIPTOR, ours: undefined };
  }
}

const POLLIN = 1;
/** Longer than any execve takes; a process that is stopped or frozen just now is not waited for. */
const PATIENCE_SECONDS = 10n;

/** Lets the launcher go on. @returns what it tells: minus errno, or 0 when its end was closed by a successful execve. */
function goOn(ours: number): number {
  // struct pollfd { int fd; short events; short revents; } and struct timespec.
  const pollfd = Buffer.alloc(8);
  pollfd.writeInt32LE(ours, 0);
  pollfd.writeInt16LE(POLLIN, 4);
  const timeout = Buffer.alloc(16);
  timeout.writeBigInt64LE(PATIENCE_SECONDS, 0);
  const answer = Buffer.alloc(8);
  try {
    fs.writeSync(ours, '!');
    // With signals blocked meanwhile: the end of some other process would interrupt it.
    if (host.call('ppoll', pollfd, 1, timeout, formatSignals('all'), 8) === 0) return 0;
    return fs.readSync(ours, answer, 0, 8, null) === 8 ? Number(answer.readBigInt64LE(0)) : 0;
  } catch (error) {
    // It was killed meanwhile: its exit code tells.
    if (isRefusal(error, 'EPIPE', 'ECONNRESET')) return 0;
    throw error;
  }
}

export interface LaunchOptions {
  /** Is called when the process has a memory of its own already, and the program has not begun. */
  beforeProgram?: (() => void) | undefined;
  /** What is to be written right before the last execve, and where: the label of a security module – see proc_pid_attr(5). */
  label?: Announcement | undefined;
}

export interface Announcement {
  /** A file of the process's own /proc. */
  file: string;
  text: string;
}

/** How the launcher tells that it was the label which was refused. */
const UNLABELLED = -4096;

/**
 * Turns a blank process into a program, through the launcher. Signals are as a program expects them again.
 * @throws SyscallError: the process is blank still where none of the paths is there, and gone where the file turned out to be no program or the label (`write`) was refused.
 */
export function launch(
  by: Launchable,
  paths: readonly string[],
  argv: readonly string[],
  env: readonly string[],
  { beforeProgram, label }: LaunchOptions = {},
): void {
  const shown = [`[${argv.map((it) => JSON.stringify(it)).join(', ')}]`, `/* ${env.length} vars */`];
  const path = choose(by, paths);
  const launcher = launcherDescriptor();
  const memory = new Memory();
  const { theirs, ours } = asPlumbing(() => statusSockets(by));
  const started = process.hrtime.bigint();
  try {
    const argvAt = memory.strings([
      String.fromCharCode(theirs),
      label?.file ?? '',
      label?.text ?? '',
      path,
      ...argv,
    ]).address;
    const envAt = memory.strings(env).address;
    const results = asPlumbing(() =>
      by.chain([
        { name: 'rt_sigprocmask', args: [SIG_SETMASK, new Uint8Array(8), null, 8] },
        { name: 'fcntl', args: [theirs, F.SETFD, 0], mayFail: true },
        { name: 'execveat', args: [launcher, '', argvAt, envAt, AT.EMPTY_PATH], mayFail: true },
        // A filter of a profile of one's own may know execve alone.
        { name: 'execve', args: [`/proc/self/fd/${launcher}`, argvAt, envAt], mayFail: true },
        { name: 'rt_sigprocmask', args: [SIG_SETMASK, formatSignals('all'), null, 8] },
        { name: 'close', args: [theirs], mayFail: true },
      ]),
    );
    if (!by.execed) throw new SyscallError('execve', [JSON.stringify(path), ...shown], -results[2]!);
    asPlumbing(() => conclude(by.who, 'execveat', [launcher, '', ...shown, AT.EMPTY_PATH], 0, started));
    beforeProgram?.();
    const answer = ours === undefined ? 0 : asPlumbing(() => goOn(ours));
    if (label) {
      const bytes = Buffer.from(label.text);
      conclude(
        by.who,
        'write',
        [label.file, bytes, bytes.length],
        answer <= UNLABELLED ? answer - UNLABELLED : bytes.length,
        started,
      );
    }
    conclude(by.who, 'execve', [path, ...shown], answer, started);
  } finally {
    if (ours !== undefined) fs.closeSync(ours);
    memory.release();
  }
}

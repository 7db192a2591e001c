/** Rights over processes: system call filters, descriptors of others, resource limits – seccomp(2), pidfd_getfd(2), getrlimit(2). */
import { constants } from 'node:os';
import { syscallNumber } from '../../kernel/calls.ts';
import { PR } from '../../kernel/constants.ts';
import { isRefusal } from '../../kernel/errors.ts';
import { library, type } from '../../kernel/libc.ts';
import { Memory } from '../../kernel/memory.ts';
import { prctl } from '../../kernel/process.ts';
import { hasApparmorParser, isActive, loadedProfiles } from '../../kernel/security-modules.ts';
import { DEFAULT_APPARMOR } from '../../spec/apparmor-default.ts';
import { closeHere, inBlankProcess, type Probe, probe } from './probe.ts';

const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_RET_ERRNO = 0x00050000;
const SECCOMP_RET_ALLOW = 0x7fff0000;

/** struct sock_filter: code, jump if true, jump if false, operand. A filter that refuses one call with EPERM. */
function filterAgainst(number: number): Uint8Array {
  const program = [
    [0x20, 0, 0, 0], // load the number of the call
    [0x15, 0, 1, number], // is it this one?
    [0x06, 0, 0, SECCOMP_RET_ERRNO | constants.errno.EPERM],
    [0x06, 0, 0, SECCOMP_RET_ALLOW],
  ] as const;
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, yes, no, operand], i) => {
    bytes.writeUInt16LE(code, i * 8);
    bytes.writeUInt8(yes, i * 8 + 2);
    bytes.writeUInt8(no, i * 8 + 3);
    bytes.writeUInt32LE(operand, i * 8 + 4);
  });
  return bytes;
}

const seccomp = (): Probe =>
  probe(
    {
      name: 'seccomp filter',
      neededFor: 'forbidding system calls that a container has no need of',
      howToGet: 'a kernel with CONFIG_SECCOMP_FILTER',
    },
    () =>
      inBlankProcess((by) => {
        const memory = new Memory();
        const filter = memory.bytes(filterAgainst(syscallNumber('getppid')));
        const program = Buffer.alloc(16); // struct sock_fprog: length in instructions, pointer
        program.writeUInt16LE(filter.bytes.length / 8, 0);
        program.writeBigUInt64LE(BigInt(filter.address), 8);
        try {
          prctl(by, PR.SET_NO_NEW_PRIVS, 1);
          by.call('seccomp', SECCOMP_SET_MODE_FILTER, 0, program);
        } finally {
          memory.release();
        }
        try {
          by.call('getppid');
        } catch (error) {
          if (isRefusal(error, 'EPERM')) return 'a filter refuses what it is told to refuse';
          throw error;
        }
        return { ok: false, found: 'a filter is accepted, but refuses nothing' };
      }),
  );

const libseccomp = (): Probe =>
  probe(
    {
      name: 'libseccomp',
      neededFor: 'compiling seccomp profiles (--security-opt seccomp=…, and the default one)',
      howToGet: 'install the package libseccomp2 (Debian, Ubuntu) or libseccomp',
    },
    () => {
      library('libseccomp.so.2', { seccomp_version: [type.pointer] }).seccomp_version();
      return 'libseccomp.so.2 loads';
    },
  );

const descriptors = (): Probe =>
  probe(
    {
      name: 'pidfd_getfd',
      neededFor: 'taking the terminal of a container out of it (-t)',
      howToGet: 'Linux 5.6 or newer, and the right to trace processes: CAP_SYS_PTRACE, no seccomp filter against it',
    },
    () =>
      inBlankProcess((by) => {
        closeHere(by.takeDescriptor(0));
        return "copies another process's descriptor";
      }),
  );

const closing = (): Probe =>
  probe(
    {
      name: 'close_range',
      neededFor: 'leaving no descriptor of ours open in a container',
      howToGet: 'Linux 5.9 or newer',
    },
    () =>
      inBlankProcess((by) => {
        by.call('close_range', 3, 0xffffffff, 0);
        return 'closes every descriptor above 2 at once';
      }),
  );

const RLIMIT_CORE = 4;

/** struct rlimit: the limit, and how far it may be raised. */
const rlimit = (bytes: number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(bytes), BigInt(bytes)).buffer);

const limits = (): Probe =>
  probe(
    {
      name: 'raising resource limits',
      neededFor: '--ulimit above the hard limits that this process has itself',
      howToGet:
        'root with CAP_SYS_RESOURCE; else raise the hard limits of the session (limits.conf(5), LimitNOFILE= of systemd)',
    },
    () =>
      inBlankProcess((by) => {
        by.call('prlimit64', 0, RLIMIT_CORE, rlimit(0), null);
        by.call('prlimit64', 0, RLIMIT_CORE, rlimit(4096), null);
        return 'a hard limit that was lowered can be raised again';
      }),
  );

/** Whether their labels are in force, and what a container gets where it asks for none. */
const securityModule = (): Probe =>
  probe(
    {
      name: 'security module',
      neededFor: 'rules of the administrator’s beside users and capabilities: --security-opt apparmor=…, label=…',
      howToGet: 'nothing needs to be done; Debian and Ubuntu have AppArmor, Fedora has SELinux, each from the boot on',
    },
    () => {
      if (isActive('selinux')) return 'SELinux: containers get the label that they ask for (label=type:container_t)';
      if (!isActive('apparmor')) return { ok: 'partly', found: 'neither AppArmor nor SELinux is in force' };
      const loaded = loadedProfiles().includes(DEFAULT_APPARMOR);
      if (loaded || hasApparmorParser()) return `AppArmor: containers get the profile ${DEFAULT_APPARMOR}`;
      const found = 'AppArmor, but there is no apparmor_parser (package apparmor): containers run unconfined by it';
      return { ok: 'partly', found };
    },
  );

export const processes = (): Probe[] => [seccomp(), libseccomp(), descriptors(), closing(), limits(), securityModule()];

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/kernel/errors.ts';
import { DEFAULT_PROFILE } from '../../src/spec/seccomp-default.ts';
import { seccompFilter } from '../../src/spec/seccomp-filter.ts';
import { parseSeccompProfile, resolveSeccomp } from '../../src/spec/seccomp-profile.ts';
import { decide } from './bpf.ts';

const CAPABILITIES =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'
    .split(' ')
    .map((name) => `CAP_${name}`);

/** What Docker's default refuses on x86-64 to a container with the default capabilities, whatever the arguments. */
const DENIED =
  `syslog uselib ustat sysfs vhangup pivot_root _sysctl acct settimeofday mount umount2 swapon swapoff reboot sethostname setdomainname iopl
  ioperm create_module init_module delete_module get_kernel_syms query_module quotactl nfsservctl getpmsg putpmsg afs_syscall tuxcall security
  lookup_dcookie clock_settime vserver mbind set_mempolicy get_mempolicy kexec_load add_key request_key keyctl migrate_pages unshare move_pages
  perf_event_open fanotify_init open_by_handle_at setns kcmp finit_module kexec_file_load bpf userfaultfd io_uring_setup io_uring_enter
  io_uring_register open_tree move_mount fsopen fsconfig fsmount fspick pidfd_getfd process_madvise mount_setattr quotactl_fd
  set_mempolicy_home_node`
    .trim()
    .split(/\s+/);

const [ALLOW, ERRNO, KILL] = [0x7fff0000, 0x00050000, 0];
const [EPERM, ENOSYS] = [1, 38];
const X86_64 = 0xc000003e;
const AARCH64 = 0xc00000b7;
const native = process.arch === 'arm64' ? AARCH64 : X86_64;

/** Names and numbers from the kernel's header, where the C library's headers are installed. */
function headerNumbers(): Map<string, number> {
  try {
    const header = readFileSync('/usr/include/x86_64-linux-gnu/asm/unistd_64.h', 'utf8');
    return new Map([...header.matchAll(/#define __NR_(\w+) (\d+)/g)].map((it) => [it[1]!, Number(it[2])]));
  } catch {
    return new Map();
  }
}

const numbers = headerNumbers();
const defaultFilter = (extra: string[] = []): Buffer =>
  seccompFilter(resolveSeccomp(DEFAULT_PROFILE, { capabilities: [...CAPABILITIES, ...extra] })).program;

describe.skipIf(numbers.size === 0 || process.arch !== 'x64')('the default profile on x86-64', () => {
  const ask = (program: Buffer, name: string, ...args: number[]): number => {
    const number = numbers.get(name);
    if (number === undefined) throw new Error(`no such call: ${name}`);
    return decide(program, { number, arch: X86_64, args });
  };

  test('refuses exactly the calls that Docker refuses', () => {
    const program = defaultFilter();
    const refused = [...numbers.keys()].filter((name) => ask(program, name) === ERRNO + EPERM);
    expect(refused.sort()).toEqual(DENIED.sort());
    const rest = [...numbers.keys()].filter((name) => !DENIED.includes(name) && ask(program, name) !== ALLOW);
    expect(rest).toEqual(['clone3']);
    expect(ask(program, 'clone3')).toBe(ERRNO + ENOSYS);
  });

  test('looks at the arguments of clone, socket and personality', () => {
    const program = defaultFilter();
    const SIGCHLD = 17;
    const namespaces = [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000];
    expect(ask(program, 'clone', SIGCHLD)).toBe(ALLOW);
    for (const flag of namespaces) expect(ask(program, 'clone', flag + SIGCHLD)).toBe(ERRNO + EPERM);
    const families = Array.from({ length: 46 }, (_, family) => family);
    expect(families.filter((family) => ask(program, 'socket', family) !== ALLOW)).toEqual([38, 40]);
    for (const fine of [0, 8, 0x20000, 0x20008, 0xffffffff]) expect(ask(program, 'personality', fine)).toBe(ALLOW);
    for (const refused of [1, 0x40000, 0x400000]) expect(ask(program, 'personality', refused)).toBe(ERRNO + EPERM);
  });

  test('a capability opens the calls that go with it', () => {
    const program = defaultFilter(['CAP_SYS_ADMIN', 'CAP_SYS_TIME']);
    for (const name of ['mount', 'unshare', 'setns', 'clone3', 'bpf', 'settimeofday'])
      expect(ask(program, name)).toBe(ALLOW);
    expect(ask(program, 'clone', 0x10000000)).toBe(ALLOW);
    expect(ask(program, 'reboot')).toBe(ERRNO + EPERM);
  });

  test('32-bit programs have their own numbers: mount is 21 there, and refused', () => {
    const X86 = 0x40000003;
    expect(decide(defaultFilter(), { number: 21, arch: X86 })).toBe(ERRNO + EPERM);
    expect(decide(defaultFilter(), { number: 4, arch: X86 })).toBe(ALLOW);
  });
});

describe('filters', () => {
  test('a call newer than the profile is not there; a foreign processor is killed', () => {
    const program = defaultFilter();
    expect(decide(program, { number: 0x3ff, arch: native })).toBe(ERRNO + ENOSYS);
    expect(decide(program, { number: 1, arch: 0x1234 })).toBe(KILL);
  });

  test('a profile without processors is for this one; comparisons on one argument are alternatives', () => {
    const close = process.arch === 'arm64' ? 57 : 3;
    const { program, unknown } = seccompFilter({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [
        { names: ['no_such_call'], action: 'SCMP_ACT_ERRNO' },
        {
          names: ['close'],
          action: 'SCMP_ACT_ERRNO',
          errnoRet: 9,
          args: [
            { index: 0, value: 7, op: 'SCMP_CMP_EQ' },
            { index: 0, value: 100, op: 'SCMP_CMP_GE' },
          ],
        },
      ],
    });
    expect(unknown).toEqual(['no_such_call']);
    const answers = [7, 8, 99, 100, 5000].map((fd) => decide(program, { number: close, arch: native, args: [fd] }));
    expect(answers).toEqual([ERRNO + 9, ALLOW, ALLOW, ERRNO + 9, ERRNO + 9]);
  });

  test('the conditions of a rule', () => {
    const rule = (more: object) =>
      resolveSeccomp(
        { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW', ...more }] },
        { capabilities: ['CAP_KILL'], arch: 'amd64', kernel: '5.10.0-23-amd64' },
      ).syscalls?.length;
    expect(rule({})).toBe(1);
    expect(rule({ includes: { caps: ['CAP_KILL'] } })).toBe(1);
    expect(rule({ includes: { caps: ['CAP_KILL', 'CAP_BPF'] } })).toBe(0);
    expect(rule({ includes: { arches: ['arm64'] } })).toBe(0);
    expect(rule({ includes: { arches: ['arm64', 'amd64'], minKernel: '5.9' } })).toBe(1);
    expect(rule({ includes: { minKernel: '5.11' } })).toBe(0);
    expect(rule({ excludes: { caps: ['CAP_KILL'] } })).toBe(0);
    expect(rule({ excludes: { arches: ['amd64'] } })).toBe(0);
  });

  test.each([
    ['not json', /not JSON/],
    ['[]', /must be an object/],
    ['{}', /defaultAction is undefined: use one of SCMP_ACT_KILL/],
    ['{"defaultAction":"SCMP_ACT_NOTIFY"}', /needs an agent/],
    [
      '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"allow"}]}',
      /syscalls\[0\]\.action is "allow"/,
    ],
    [
      '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":[5],"action":"SCMP_ACT_ERRNO"}]}',
      /syscalls\[0\]\.names\[0\]/,
    ],
    [
      '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_ERRNO","args":[{"index":6,"value":1,"op":"SCMP_CMP_EQ"}]}]}',
      /args\[0\]\.index must be a whole number from 0 to 5/,
    ],
  ])('refuses %s', (text, reason) => {
    const read = (): unknown => parseSeccompProfile(text);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(reason);
  });

  test('an unknown processor is named', () => {
    expect(() => seccompFilter({ defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_Z80'] })).toThrow(
      /"z80" is unknown/,
    );
  });
});

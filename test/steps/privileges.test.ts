/** What a container may do, looked at from outside: capsh(1), /proc read by another process, stat(2); and tried from inside. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { makeBox, run, steps, UsageError } from 'minidocker';
import { afterEach, describe, expect, test } from 'vitest';
import { chooseCapabilities, parseUlimit } from '../../src/container/privileges.ts';
import { limitsOf, mountsOf, statusOf } from '../../src/kernel/proc.ts';
import { until, witness } from '../support.ts';

let made: ReturnType<typeof makeBox> | undefined;

afterEach(async () => {
  await made?.remove();
  made = undefined;
});

/** A container that sleeps; the answer is its pid outside. */
async function start(options: object): Promise<number> {
  made = makeBox({ image: 'busybox', command: ['sleep', '1000'], ...options });
  for (const step of made.steps) await made.box.apply(step);
  const { pid } = made.box.process;
  await until(() => fs.readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n');
  return pid;
}

const sh = (command: string, more: object = {}) =>
  run({ image: 'busybox', command: ['sh', '-c', command], capture: true, ...more });

const DOCKERS = '00000000a80425fb';
const NONE = '0000000000000000';

describe('capabilities', () => {
  test('the usual fourteen; inheritable and ambient stay empty', async () => {
    const status = statusOf(await start({}));
    const sets = ['CapBnd', 'CapPrm', 'CapEff', 'CapInh', 'CapAmb'].map((name) => status.get(name));
    expect(sets).toEqual([DOCKERS, DOCKERS, DOCKERS, NONE, NONE]);
    const names = witness('capsh', `--decode=${DOCKERS}`).trim().split('=')[1]!.split(',').sort();
    expect(chooseCapabilities([], names, [])).toHaveLength(14);
  });

  test.each([
    [['NET_ADMIN'], ['CHOWN', 'mknod'], 'cap_net_admin'],
    [['cap_kill'], ['ALL'], 'cap_kill'],
  ])('added %j, dropped %j', async (capAdd, capDrop, shown) => {
    const status = statusOf(await start({ capAdd, capDrop }));
    const names = witness('capsh', `--decode=${status.get('CapEff')}`);
    expect(names).toContain(shown);
    expect(names).not.toContain('cap_chown');
    expect(status.get('CapBnd')).toBe(status.get('CapEff'));
  });

  test('another user has none of them, and a set-user-id program gives it the bounding ones only', async () => {
    const status = statusOf(await start({ user: '1234:77', groupAdd: ['5', 9] }));
    expect(status.get('Uid')?.split('\t')).toEqual(['1234', '1234', '1234', '1234']);
    expect(status.get('Gid')?.split('\t')).toEqual(['77', '77', '77', '77']);
    expect(status.get('Groups')?.split(' ')).toEqual(['5', '9']);
    expect([status.get('CapEff'), status.get('CapBnd')]).toEqual([NONE, DOCKERS]);
  });

  test('what this process does not have cannot be given', async () => {
    const bounding = BigInt(`0x${statusOf('self').get('CapBnd')}`);
    if (bounding === 2n ** BigInt(bounding.toString(2).length) - 1n) return;
    await expect(sh('true', { capAdd: ['SYS_RESOURCE'] })).rejects.toThrow(/cannot be given.*does not have it itself/);
  });

  test('new files are as usual, whatever umask we were started with', async () => {
    const before = process.umask(0o077);
    try {
      expect((await sh('umask; touch /tmp/x 2>&1 || touch /x; stat -c %a /x /tmp/x 2>/dev/null')).stdout).toMatch(
        /^0022\n644\n/,
      );
    } finally {
      process.umask(before);
    }
  });

  test('a name that does not exist is refused', async () => {
    await expect(sh('true', { capAdd: ['FLY'] })).rejects.toThrow(/capability "FLY" does not exist/);
  });
});

describe('system calls', () => {
  test('what Docker refuses is refused; unconfined it is not', async () => {
    const attempt = 'unshare -U true && echo made';
    const refused = await sh(attempt);
    expect(refused).toMatchObject({ stdout: '' });
    expect(refused.stderr).toMatch(/Operation not permitted/);
    expect(await sh(attempt, { securityOpt: ['seccomp=unconfined'] })).toMatchObject({ stdout: 'made\n' });
  });

  test('a profile of one’s own, with and without no-new-privileges', async () => {
    const file = join(process.env.TMPDIR!, 'profile.json');
    const rule = { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 28 };
    fs.writeFileSync(file, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [rule] }));
    const plain = await sh('mkdir /x; grep NoNewPrivs /proc/self/status', { securityOpt: [`seccomp=${file}`] });
    expect(plain.stderr).toMatch(/No space left/);
    expect(plain.stdout).toMatch(/NoNewPrivs:\s0/);
    const late = await sh('mkdir /x; grep NoNewPrivs /proc/self/status', {
      securityOpt: [`seccomp=${file}`, 'no-new-privileges'],
    });
    expect(late.stderr).toMatch(/No space left/);
    expect(late.stdout).toMatch(/NoNewPrivs:\s1/);
    fs.rmSync(file);
  });

  test('a narrow profile: what it does not know is done in another way', async () => {
    const file = join(process.env.TMPDIR!, 'narrow.json');
    // What changes the user and starts a program, and what busybox needs; not close_range, pipe2, faccessat, execveat.
    const names = `futex prctl capget capset setgroups setresgid setresuid umask rt_sigprocmask fcntl close execve write exit_group
      brk arch_prctl set_tid_address set_robust_list rseq prlimit64 readlink readlinkat getrandom mprotect mmap munmap uname getuid geteuid getgid
      getegid setuid setgid ioctl fstat newfstatat rt_sigaction openat open read getdents64 getpid lseek`;
    const profile = {
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [{ names: names.trim().split(/\s+/), action: 'SCMP_ACT_ALLOW' }],
    };
    fs.writeFileSync(file, JSON.stringify(profile));
    const options = { image: 'busybox', capture: true, securityOpt: [`seccomp=${file}`] };
    expect(await run({ ...options, command: ['ls', '/proc/self/fd'] })).toMatchObject({
      stdout: '0\n1\n2\n3\n',
      exitCode: 0,
    });
    expect(await run({ ...options, command: ['cat', '/proc/self/comm'] })).toMatchObject({ stdout: 'cat\n' });
    fs.rmSync(file);
  });

  test('a profile that is none is one clear line', async () => {
    await expect(sh('true', { securityOpt: ['seccomp=/nowhere.json'] })).rejects.toThrow(/cannot be read \(ENOENT\)/);
    await expect(sh('true', { securityOpt: ['seccomp'] })).rejects.toThrow(UsageError);
  });
});

describe('covered and read-only', () => {
  test('as mountinfo tells, and as a write finds', async () => {
    const mounts = new Map(mountsOf(await start({})).map((it) => [it.target, it]));
    for (const path of ['/proc/bus', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'].filter((it) => fs.existsSync(it)))
      expect(mounts.get(path)?.options).toEqual(expect.arrayContaining(['ro', 'nosuid', 'nodev', 'noexec']));
    for (const path of ['/proc/keys', '/proc/timer_list', '/proc/interrupts'].filter((it) => fs.existsSync(it)))
      expect(mounts.get(path)).toMatchObject({ root: '/null' });
    const tried = await sh(
      'cat /proc/timer_list; echo 1 > /proc/sys/kernel/panic; echo b > /proc/sysrq-trigger; ls /proc/acpi',
    );
    expect(tried.stdout).toBe('');
    expect(tried.stderr).toMatch(/panic: Read-only file system/);
  });

  test('privileged: nothing is covered, and mounting is allowed', async () => {
    const result = await sh('mkdir -p /m && mount -t tmpfs x /m && echo mounted; mount | grep -c "/proc/"', {
      privileged: true,
    });
    expect(result.stdout).toBe('mounted\n0\n');
  });

  test('--read-only: the root cannot be written to, /dev/shm can', async () => {
    const result = await sh('touch /file; echo 1 > /dev/shm/file && cat /dev/shm/file', { readOnly: true });
    expect(result.stdout).toBe('1\n');
    expect(result.stderr).toMatch(/Read-only file system/);
  });
});

describe('limits and settings', () => {
  test('as /proc/PID/limits and /proc/PID/oom_score_adj tell', async () => {
    const pid = await start({ ulimits: ['nofile=100:200', 'core=0'], oomScoreAdj: 500 });
    expect(limitsOf(pid).get('RLIMIT_NOFILE')).toEqual({ soft: '100', hard: '200' });
    expect(limitsOf(pid).get('RLIMIT_CORE')).toEqual({ soft: '0', hard: '0' });
    expect(fs.readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()).toBe('500');
  });

  test('settings of its own namespaces, and no others', async () => {
    const before = fs.readFileSync('/proc/sys/net/core/somaxconn', 'utf8');
    const { stdout } = await sh('cat /proc/sys/net/core/somaxconn /proc/sys/net/ipv4/ip_unprivileged_port_start', {
      sysctls: ['net.core.somaxconn=77'],
    });
    expect(stdout).toBe('77\n0\n');
    expect(fs.readFileSync('/proc/sys/net/core/somaxconn', 'utf8')).toBe(before);
    await expect(sh('true', { sysctls: ['kernel.panic=5'] })).rejects.toThrow(/setting of the whole machine/);
    await expect(sh('true', { sysctls: ['net.no.such=5'] })).rejects.toThrow(/this kernel has no net\.no\.such/);
    await expect(sh('true', { sysctls: ['net.../../kernel.panic=5'] })).rejects.toThrow(UsageError);
  });

  test.each(['nofile', 'nofile=', 'nofile=1:2:3', 'files=3', 'nofile=-5'])('--ulimit %s is refused', (text) => {
    expect(() => parseUlimit(text)).toThrow(UsageError);
  });

  test('a soft limit above the hard one is refused', async () => {
    await expect(sh('true', { ulimits: ['nofile=20:10'] })).rejects.toThrow(/soft limit 20 is above the hard limit 10/);
  });
});

describe('users by name', () => {
  test('each begins with a home of its own, where nothing else is said', async () => {
    const home = async (more: object): Promise<string> => (await sh('echo $HOME', more)).stdout.trim();
    expect(await home({})).toBe('/root');
    expect(await home({ user: '1234:1234' })).toBe('/');
    expect(await home({ user: '1234', env: ['HOME=/elsewhere'] })).toBe('/elsewhere');
  });

  test('from the image’s own files, with their groups', async () => {
    made = makeBox({ image: 'busybox', command: ['sleep', '9'], user: 'ada' });
    const { box } = made;
    const last = made.steps.findIndex((it) => it.name === 'user');
    for (const step of made.steps.slice(0, last)) await box.apply(step);
    const etc = `/proc/${box.process.pid}/root/etc`;
    fs.mkdirSync(etc, { recursive: true });
    fs.writeFileSync(`${etc}/passwd`, 'root:x:0:0::/:/bin/sh\nada:x:36:37:Ada:/:/bin/sh\n');
    fs.writeFileSync(`${etc}/group`, 'root:x:0:\nreaders:x:50:bob,ada\nothers:x:51:bob\nwriters:x:52:ada\n');
    await box.apply(made.steps[last]!);
    const status = statusOf(box.process.pid);
    expect([status.get('Uid')?.split('\t')[0], status.get('Gid')?.split('\t')[0]]).toEqual(['36', '37']);
    expect(status.get('Groups')).toBe('50 52');
    await expect(box.apply(steps.user({ uid: 0, gid: 0, username: 'eve' }))).rejects.toThrow(/no user "eve"/);
  });
});

test('our own score for the case that memory runs out stays', async () => {
  const own = (): string => fs.readFileSync('/proc/self/oom_score_adj', 'utf8').trim();
  const before = own();
  expect((await sh('sleep 0.2; cat /proc/self/oom_score_adj', { oomScoreAdj: 700 })).stdout).toBe('700\n');
  expect(own()).toBe(before);
});

/** Limits and privileges: each flag of run, seen from outside in /proc and the control groups, or by the program inside. */
import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fails, field, tidyUp } from './life.ts';
import { command, say } from './program.ts';

afterEach(tidyUp);

const inside = (flags: string, script: string): Promise<string> => say(`run --rm ${flags} host sh -c`, script);

/** What a file of the container's control group says, whichever version this host has for the controller. */
function setting(pid: string, controller: string, v1: string, v2: string): string | undefined {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
    .split('\n')
    .map((it) => it.split(':'));
  const own = lines.find((it) => it[1]?.split(',').includes(controller));
  const unified = lines.find((it) => it[0] === '0')?.[2] ?? '/';
  const places = own
    ? [join('/sys/fs/cgroup', own[1]!, own[2]!, v1), join('/sys/fs/cgroup', controller, own[2]!, v1)]
    : [join('/sys/fs/cgroup', unified, v2), join('/sys/fs/cgroup/unified', unified, v2)];
  const place = places.find((it) => existsSync(it));
  return place && readFileSync(place, 'utf8').trim();
}

describe('limits of the control group', () => {
  it('memory, processors, processes', async () => {
    await say(
      'run -d --name lim -m 64m --memory-reservation 32m --memory-swap -1 --cpus 0.5 -c 512 --cpuset-cpus 0 --cpuset-mems 0 --pids-limit 33 host sleep 1000',
    );
    const pid = await field('lim', '.State.Pid');
    expect(setting(pid, 'memory', 'memory.limit_in_bytes', 'memory.max')).toBe(String(64 * 2 ** 20));
    expect(setting(pid, 'memory', 'memory.soft_limit_in_bytes', 'memory.low')).toBe(String(32 * 2 ** 20));
    expect(setting(pid, 'cpu', 'cpu.cfs_quota_us', 'cpu.max')).toMatch(/^50000/);
    expect(['512', '59']).toContain(setting(pid, 'cpu', 'cpu.shares', 'cpu.weight'));
    expect(setting(pid, 'cpuset', 'cpuset.cpus', 'cpuset.cpus')).toBe('0');
    expect(setting(pid, 'pids', 'pids.max', 'pids.max')).toBe('33');
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^Cpus_allowed_list:\t0$/m);
  });
  it('--cpu-period, --cpu-quota, --cgroup-parent', async () => {
    const parent = `${process.env.MINIDOCKER_CGROUP}/below`;
    await say(`run -d --name per --cpu-period 50000 --cpu-quota 10000 --cgroup-parent ${parent} host sleep 1000`);
    const pid = await field('per', '.State.Pid');
    expect(setting(pid, 'cpu', 'cpu.cfs_quota_us', 'cpu.max')).toMatch(/^10000/);
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain('/below/');
  });
  it('a hog is killed at its limit, and that is known', async () => {
    const hog = ['host', 'sh', '-c', 'x=$(head -c 200m /dev/zero | tr "\\0" x); echo survived'];
    expect((await command(['run', '--name', 'hog', '-m', '32m', '--memory-swap', '32m', ...hog])).stdout).toBe('');
    expect(await field('hog', '.State.OOMKilled')).toBe('true');
  });
});

describe('limits of the process', () => {
  it('--ulimit, --oom-score-adj, --sysctl', async () => {
    expect(await inside('--ulimit nofile=128:256 --ulimit core=0', 'ulimit -Sn; ulimit -Hn; ulimit -c')).toBe(
      '128\n256\n0',
    );
    // It is written when the program has begun.
    const score = 'until [ "$(cat /proc/1/oom_score_adj)" = 500 ]; do sleep 0.05; done; cat /proc/self/oom_score_adj';
    expect(await inside('--oom-score-adj 500', score)).toBe('500');
    expect(await inside('--sysctl net.ipv4.ip_default_ttl=33', 'cat /proc/sys/net/ipv4/ip_default_ttl')).toBe('33');
    await fails(125, /--sysctl/, 'run', '--rm', '--sysctl', 'kernel.panic=1', 'host', 'true');
    await fails(125, /--ulimit/, 'run', '--rm', '--ulimit', 'nope=1', 'host', 'true');
  });
});

describe('privileges', () => {
  const capabilities = (flags: string): Promise<string> => inside(flags, 'grep CapEff /proc/self/status | cut -f2');
  it('--cap-add, --cap-drop, --privileged', async () => {
    expect(await capabilities('')).toBe('00000000a80425fb');
    expect(await capabilities('--cap-drop ALL')).toBe('0000000000000000');
    expect(await capabilities('--cap-drop ALL --cap-add NET_RAW --cap-add CAP_CHOWN')).toBe('0000000000002001');
    const own = /^CapEff:\t(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1];
    expect(await capabilities('--privileged')).toBe(own);
    await fails(125, /"NOPE"/, 'run', '--rm', '--cap-add', 'NOPE', 'host', 'true');
  });
  it('--security-opt: no-new-privileges, seccomp, systempaths', async () => {
    const of = (flags: string): Promise<string> =>
      inside(flags, 'grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status | cut -f2 | tr "\\n" " "');
    expect(await of('')).toBe('0 2');
    expect(await of('--security-opt no-new-privileges')).toBe('1 2');
    expect(await of('--security-opt seccomp=unconfined')).toBe('0 0');
    const profile = join(process.env.TMPDIR!, 'profile.json');
    const rule = { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' };
    writeFileSync(profile, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [rule] }));
    expect(await inside(`--security-opt seccomp=${profile}`, 'mkdir /tmp/x 2>/dev/null || echo refused')).toBe(
      'refused',
    );
    expect(await inside('', 'wc -c < /proc/timer_list 2>/dev/null')).toMatch(/^0?$/);
    expect(
      await inside('--security-opt systempaths=unconfined', 'test -w /proc/sys/kernel/hostname && echo open'),
    ).toBe('open');
  });
  it('--pid, --ipc, --uts, --cgroupns: the host’s, and another container’s', async () => {
    const link = (kind: string): string => readlinkSync(`/proc/self/ns/${kind}`);
    const read = 'readlink /proc/self/ns/pid /proc/self/ns/ipc /proc/self/ns/uts /proc/self/ns/cgroup';
    expect(await inside('--pid host --ipc host --uts host --cgroupns host', read)).toBe(
      ['pid', 'ipc', 'uts', 'cgroup'].map(link).join('\n'),
    );
    await say('run -d --name other host sleep 1000');
    const pid = await field('other', '.State.Pid');
    const joined = await inside(
      '--pid container:other --ipc container:other --network container:other',
      'readlink /proc/self/ns/pid /proc/self/ns/ipc /proc/self/ns/net',
    );
    expect(joined).toBe(['pid', 'ipc', 'net'].map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`)).join('\n'));
    await fails(1, /nobody-is-called-so/, 'run', '--rm', '--pid', 'container:nobody-is-called-so', 'host', 'true');
  });
  it('--init: orphans are reaped, signals handed on', async () => {
    const ended = await command(['run', '--rm', '--init', 'host', 'sh', '-c', 'echo pid=$$; exit 7']);
    if (/--init/.test(ended.stderr)) expect(ended.code).toBe(125);
    else {
      expect(ended.code).toBe(7);
      expect(ended.stdout).not.toBe('pid=1\n');
    }
  });
});

/** Limits bite, on whatever kind of control groups this host has. Judged by the kernel's counters, never by the clock. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Cgroup } from '../../src/cgroup/cgroup.ts';
import { layout } from '../../src/cgroup/layout.ts';
import { plannedWrites } from '../../src/cgroup/preview.ts';
import { until } from '../support.ts';
import { group, startIn } from './support.ts';

const MiB = 1024 * 1024;

test('a process that takes more memory than its limit is killed by the kernel', async () => {
  const limited = group({ memory: { limit: 32 * MiB, swap: 32 * MiB } });
  expect(limited.oomKilled()).toBe(false);
  const hog = await startIn(limited, 'exec dd if=/dev/zero of=/dev/null bs=200M count=1');
  expect(await hog.ended).toBe('SIGKILL');
  expect(limited.oomKilled()).toBe(true);
  const { memory } = limited.statistics();
  expect(memory?.limit).toBe(32 * MiB);
  expect(memory?.oomKills).toBe(1);
});

test('a fork bomb stops at the limit of processes', async () => {
  const limited = group({ pids: { limit: 20 } });
  const bomb = await startIn(limited, 'i=0; while [ $i -lt 200 ]; do sleep 300 & i=$((i+1)); done; wait');
  await until(() => (limited.statistics().pids?.refused ?? 0) > 0, 60, 'a refused fork');
  expect(limited.statistics().pids?.current).toBeLessThanOrEqual(20);
  expect(limited.statistics().pids?.limit).toBe(20);
  limited.kill();
  await bomb.ended;
  await until(() => limited.processes().length === 0, 20, 'the bomb to be gone');
});

test('a busy loop gets its share of the processor and not more', async () => {
  const limited = group({ cpu: { quota: 10_000, period: 100_000 } });
  await startIn(limited, 'while :; do :; done');
  const cpu = await until(
    () => {
      const now = limited.statistics().cpu;
      return now && (now.throttledPeriods ?? 0) >= 5 && (now.periods ?? 0) >= 10 ? now : undefined;
    },
    60,
    'ten periods',
  );
  expect(cpu.throttledTime).toBeGreaterThan(0);
  // 10 ms in each period; a little more is left over on each processor, and the last period may not be counted yet.
  expect(cpu.usage).toBeLessThan(((cpu.periods ?? 0) + 2) * 10e6 * 2);
});

test('a cpuset is what the program may run on, as another process reads it', async () => {
  const limited = group({ cpu: { cpus: '0' } });
  const program = await startIn(limited, 'exec sleep 300');
  const allowed = await until(
    () => /Cpus_allowed_list:\t(.*)/.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))?.[1],
  );
  expect(allowed).toBe('0');
});

test('a frozen group really stands still, and goes on when thawed', async () => {
  const frozen = group();
  const file = join(process.env.TMPDIR!, 'counter');
  const count = (): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  await startIn(frozen, `i=0; while :; do i=$((i+1)); echo $i > ${file}; done`);
  await until(() => Number(count()) > 10, 60, 'the counter to run');
  expect(frozen.isFrozen()).toBe(false);
  await frozen.freeze();
  expect(frozen.isFrozen()).toBe(true);
  const stopped = count();
  await new Promise((go) => setTimeout(go, 300));
  expect(count()).toBe(stopped);
  frozen.thaw();
  await until(() => Number(count()) > Number(stopped) + 10, 60, 'the counter to go on');
});

test('many processes are killed at once, also while frozen', async () => {
  const crowd = group();
  const shell = await startIn(crowd, 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do sleep 300 & done; wait');
  await until(() => crowd.processes().length === 17, 60, 'the crowd');
  await crowd.freeze();
  crowd.kill();
  expect(await shell.ended).toBe('SIGKILL');
  await until(() => crowd.processes().length === 0, 20, 'the crowd to go');
});

test('limits of a living group change, up and down', async () => {
  const living = group({ memory: { limit: 64 * MiB, swap: 64 * MiB }, pids: { limit: 10 } });
  await startIn(living, 'exec sleep 300');
  living.apply({
    memory: { limit: 128 * MiB, swap: 128 * MiB },
    pids: { limit: 30 },
    cpu: { quota: 50_000, shares: 512 },
  });
  const now = living.statistics();
  expect(now.memory?.limit).toBe(128 * MiB);
  expect(now.pids?.limit).toBe(30);
  living.apply({ memory: { limit: 48 * MiB, swap: 48 * MiB }, cpu: { quota: -1 }, pids: { limit: -1 } });
  expect(living.statistics().memory?.limit).toBe(48 * MiB);
  expect(living.statistics().pids?.limit).toBeUndefined();
  living.apply({ memory: { limit: -1 } });
  expect(living.statistics().memory?.limit).toBeUndefined();
});

test('a refused value changes nothing, and the error names it', () => {
  const limited = group({ pids: { limit: 10 } });
  expect(() => limited.apply({ pids: { limit: 20 }, cpu: { cpus: '4000' } })).toThrow(/cpu\.cpus: .*"4000"/);
  expect(limited.statistics().pids?.limit).toBe(10);
  expect(() => limited.apply({ cpu: { quota: 7 } })).toThrow(/cpu\.quota.*at least 1000/);
  expect(() => limited.apply({ memory: { limit: 64 * MiB, swap: MiB } })).toThrow(/less than memory\.limit/);
});

test('another view of the same group, by its path', async () => {
  const made = group({ pids: { limit: 10 } });
  const program = await startIn(made, 'exec sleep 300');
  const seen = Cgroup.open(made.path);
  expect(seen.processes()).toEqual([program.pid]);
  expect(readFileSync(`/proc/${program.pid}/cgroup`, 'utf8')).toContain(`:${made.path}\n`);
  expect(seen.readBack().find((it) => it.path.endsWith('/pids.max'))?.value).toBe('10');
  expect(() => made.remove()).toThrow(/still has processes/);
});

test('five hundred groups come and go, and leave nothing', () => {
  for (let i = 0; i < 500; i++) {
    const made = Cgroup.create(`${process.env.MINIDOCKER_CGROUP}/cycle`, { pids: { limit: 10 } });
    made.remove();
    expect(made.directories.some(existsSync)).toBe(false);
  }
  expect(Cgroup.exists(`/${process.env.MINIDOCKER_CGROUP}`)).toBe(false);
});

test('what is announced is what is written', () => {
  const resources = { memory: { limit: 64 * MiB }, pids: { limit: 10 }, cpu: { quota: 20_000, period: 50_000 } };
  const made = group(resources);
  const announced = plannedWrites(resources, made.path.slice(1));
  expect(announced.length).toBeGreaterThanOrEqual(3);
  for (const line of announced) {
    const [path, value] = JSON.parse(`[${line.slice('write('.length, -1)}]`);
    expect(readFileSync(path, 'utf8').trim()).toBe(value);
  }
});

test('a rate of a disk is accepted, and a disk that is not there refused', () => {
  const disk = readdirSync('/sys/block').find((it) => /^(vd|sd|nvme|xvd)/.test(it));
  if (disk) {
    const [major, minor] = readFileSync(`/sys/block/${disk}/dev`, 'utf8').trim().split(':').map(Number);
    const slow = group({ blockIO: { throttleReadBpsDevice: [{ major: major!, minor: minor!, rate: MiB }] } });
    const read = slow.readBack().filter((it) => it.controller === 'io' && it.value.includes(`${major}:${minor}`));
    expect(read.some((it) => it.value.includes(String(MiB)))).toBe(true);
  }
  const absent = { blockIO: { throttleWriteBpsDevice: [{ major: 4095, minor: 77, rate: MiB }] } };
  expect(() => group(absent)).toThrow(/no such disk.*lsblk/);
});

test('v2 files by name: written where the controller is on v2, refused with a reason where it is not', () => {
  const resources = { unified: { 'memory.high': String(32 * MiB), 'memory.oom.group': '1' } };
  if (layout().controllers.get('memory')?.version === 1) {
    expect(() => group(resources)).toThrow(/memory\.high .*memory controller on v1/);
    return;
  }
  const made = group(resources);
  const values = new Map(made.readBack().map((it) => [it.path.slice(it.path.lastIndexOf('/') + 1), it.value]));
  expect(values.get('memory.high')).toBe(String(32 * MiB));
  expect(values.get('memory.oom.group')).toBe('1');
});

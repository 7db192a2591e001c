/** Limits that bite, through the command as a person has it; also run on a host with nothing but cgroup v2 (test/vm). Counters are compared, not times. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { until } from '../support.ts';
import { field, status, tidyUp } from './life.ts';
import { command, say } from './program.ts';

afterEach(() => command(['rm', '-f', 'bite']));
afterAll(tidyUp);

/** Nothing but version 2. */
const isV2 = !existsSync('/sys/fs/cgroup/memory');

const start = (flags: string, script: string): Promise<unknown> =>
  command(['run', '-d', '--name', 'bite', ...flags.split(' ').filter(Boolean), 'busybox', 'sh', '-c', script]);

/** A file of the container's group, as the kernel has it. */
async function groupFile(v1: string, v2: string): Promise<string> {
  const pid = await field('bite', '.State.Pid');
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const controller = v1.split('.')[0]!;
  const old = lines.find((it) => it.split(':')[1]?.split(',').includes(controller))?.split(':')[2];
  const path = old
    ? `/sys/fs/cgroup/${controller}${old}/${v1}`
    : `/sys/fs/cgroup${lines.find((it) => it.startsWith('0::'))?.slice(3)}/${v2}`;
  return readFileSync(path, 'utf8').trim();
}

describe('limits bite', () => {
  test('memory: the kernel kills, and inspect says so', async () => {
    await start('-m 24m', 'dd if=/dev/zero of=/dev/null bs=200M count=1');
    await until(async () => (await status('bite')) === 'exited', 60);
    expect(await field('bite', '.State.OOMKilled')).toBe('true');
    expect(await field('bite', '.State.ExitCode')).toBe('137');
  });

  test('processors: a busy loop has to wait', async () => {
    await start('--cpus 0.2', 'while :; do :; done');
    const throttled = async (): Promise<number> =>
      Number(/nr_throttled (\d+)/.exec(await groupFile('cpu.stat', 'cpu.stat'))?.[1]);
    await until(async () => (await throttled()) > 3, 60, 'the loop to be throttled');
  });

  test('processes: fork fails', async () => {
    await start('--pids-limit 10', '(i=0; while [ $i -lt 30 ]; do sleep 1000 & i=$((i+1)); done); exec sleep 1000');
    await until(async () => Number(await groupFile('pids.current', 'pids.current')) >= 9, 60);
    expect(Number(await groupFile('pids.current', 'pids.current'))).toBeLessThanOrEqual(10);
  });

  test('pause really stops, unpause goes on', async () => {
    await start('', 'i=0; while :; do i=$((i+1)); echo $i > /count; done');
    const pid = await field('bite', '.State.Pid');
    const count = (): number => Number(readFileSync(`/proc/${pid}/root/count`, 'utf8')) || 0;
    await until(() => count() > 10, 60, 'the counter to move');
    expect(await say('pause', 'bite')).toBe('bite');
    const stopped = readFileSync(`/proc/${pid}/root/count`, 'utf8');
    await new Promise((go) => setTimeout(go, 300));
    expect(readFileSync(`/proc/${pid}/root/count`, 'utf8')).toBe(stopped);
    await say('unpause', 'bite');
    await until(() => count() > Number(stopped || 0) + 10, 60, 'the counter to move again');
  });

  /** v1 counts both together, v2 swap alone. */
  const swap = async (): Promise<number | string> => {
    const text = await groupFile('memory.memsw.limit_in_bytes', 'memory.swap.max');
    return /^\d+$/.test(text) ? Number(text) / 2 ** 20 : text;
  };

  test('swap: as much as memory where nothing is said, also after an update; what was chosen stays', async () => {
    const both = (memory: number): number => (isV2 ? memory : 2 * memory);
    await start('-m 64m', 'sleep 1000');
    expect(await swap()).toBe(both(64));
    await say('update -m 96m', 'bite');
    expect(await swap()).toBe(both(96));
    expect(await field('bite', '.HostConfig.MemorySwap')).toBe(String(192 * 2 ** 20));
    await say('rm -f bite');
    await start('-m 64m --memory-swap 80m', 'sleep 1000');
    await say('update -m 48m', 'bite');
    expect(await swap()).toBe(isV2 ? 32 : 80);
    const { code, stderr } = await command(['update', '-m', '100m', 'bite']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/--memory-swap: 83886080 is less than --memory 100m/)]);
  });

  test('update of a running container', async () => {
    await start('-m 64m --pids-limit 30', 'sleep 1000');
    await say('update -m 48m --memory-swap -1 --pids-limit 12', 'bite');
    expect(await groupFile('memory.limit_in_bytes', 'memory.max')).toBe(String(48 * 2 ** 20));
    expect(await groupFile('pids.max', 'pids.max')).toBe('12');
  });

  test('kill ends every process of a container', async () => {
    await start('--pids-limit 60', 'i=0; while [ $i -lt 50 ]; do sleep 1000 & i=$((i+1)); done; wait');
    await until(async () => Number(await groupFile('pids.current', 'pids.current')) > 40, 60);
    await say('kill', 'bite');
    await until(async () => (await status('bite')) === 'exited', 60);
    expect(await field('bite', '.State.Running')).toBe('false');
  });
});

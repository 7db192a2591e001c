/** The tables: which control file gets which value, on v1 and on v2. */
import { expect, test } from 'vitest';
import { ioWeight, swapOnly, weightFromShares } from '../../src/cgroup/convert.ts';
import { isEmpty, settings } from '../../src/cgroup/settings.ts';
import type { LinuxResources } from '../../src/spec/resources.ts';

/** `file=value` for each setting; `present` are the files there are, with their values. */
function table(version: 1 | 2, resources: LinuxResources, present: Record<string, string> = {}): string[] {
  const list = settings(resources, () => version, { current: (file) => present[file] });
  return list.map((it) => `${it.files[0]}=${it.value}`);
}

test.each<[LinuxResources, v1: string[], v2: string[]]>([
  [
    { memory: { limit: 64, swap: 96 } },
    ['memory.limit_in_bytes=64', 'memory.memsw.limit_in_bytes=96'],
    ['memory.max=64', 'memory.swap.max=32'],
  ],
  [
    { memory: { limit: 64, swap: 64 } },
    ['memory.limit_in_bytes=64', 'memory.memsw.limit_in_bytes=64'],
    ['memory.max=64', 'memory.swap.max=0'],
  ],
  [
    { memory: { limit: 64, swap: -1 } },
    ['memory.limit_in_bytes=64', 'memory.memsw.limit_in_bytes=-1'],
    ['memory.max=64', 'memory.swap.max=max'],
  ],
  [{ memory: { limit: -1 } }, ['memory.limit_in_bytes=-1'], ['memory.max=max']],
  [{ memory: { reservation: 32 } }, ['memory.soft_limit_in_bytes=32'], ['memory.low=32']],
  [{ cpu: { shares: 512 } }, ['cpu.shares=512'], ['cpu.weight=59']],
  [
    { cpu: { quota: 20000, period: 50000 } },
    ['cpu.cfs_quota_us=20000', 'cpu.cfs_period_us=50000'],
    ['cpu.max=20000 50000'],
  ],
  [{ cpu: { quota: 20000 } }, ['cpu.cfs_quota_us=20000'], ['cpu.max=20000 100000']],
  [{ cpu: { quota: -1 } }, ['cpu.cfs_quota_us=-1'], ['cpu.max=max 100000']],
  [{ cpu: { period: 200000 } }, ['cpu.cfs_period_us=200000'], ['cpu.max=max 200000']],
  [{ cpu: { burst: 1000, idle: 1 } }, ['cpu.idle=1', 'cpu.cfs_burst_us=1000'], ['cpu.idle=1', 'cpu.max.burst=1000']],
  [{ cpu: { cpus: '0-1', mems: '0' } }, ['cpuset.cpus=0-1', 'cpuset.mems=0'], ['cpuset.cpus=0-1', 'cpuset.mems=0']],
  [{ pids: { limit: 10 } }, ['pids.max=10'], ['pids.max=10']],
  [{ pids: { limit: -1 } }, ['pids.max=max'], ['pids.max=max']],
  [{ blockIO: { weight: 500 } }, ['blkio.weight=500'], ['io.weight=4950']],
  [
    {
      blockIO: {
        throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1000 }],
        throttleWriteIOPSDevice: [{ major: 8, minor: 0, rate: 5 }],
      },
    },
    ['blkio.throttle.read_bps_device=8:0 1000', 'blkio.throttle.write_iops_device=8:0 5'],
    ['io.max=8:0 rbps=1000', 'io.max=8:0 wiops=5'],
  ],
  [{ hugepageLimits: [{ pageSize: '2MB', limit: 4 }] }, ['hugetlb.2MB.limit_in_bytes=4'], ['hugetlb.2MB.max=4']],
  [{ memory: { limit: 0, checkBeforeUpdate: true }, cpu: {}, pids: {} }, [], []],
])('%j', (resources, v1, v2) => {
  expect(table(1, resources)).toEqual(v1);
  expect(table(2, resources)).toEqual(v2);
});

test('on a living v1 group, memory + swap grows before memory and shrinks after it', () => {
  const present = { 'memory.memsw.limit_in_bytes': '100' };
  expect(table(1, { memory: { limit: 150, swap: 200 } }, present)[0]).toBe('memory.memsw.limit_in_bytes=200');
  expect(table(1, { memory: { limit: 50, swap: 60 } }, present)[0]).toBe('memory.limit_in_bytes=50');
  expect(table(1, { memory: { limit: -1 } }, present)).toEqual([
    'memory.memsw.limit_in_bytes=-1',
    'memory.limit_in_bytes=-1',
  ]);
});

test('on a living v2 group, what is not said stays', () => {
  expect(table(2, { cpu: { period: 50000 } }, { 'cpu.max': '20000 100000' })).toEqual(['cpu.max=20000 50000']);
  expect(table(2, { memory: { swap: 96 } }, { 'memory.max': '64' })).toEqual(['memory.swap.max=32']);
});

test('the BFQ scheduler takes weights as they are', () => {
  expect(table(2, { blockIO: { weight: 500 } }, { 'io.bfq.weight': 'default 100' })).toEqual(['io.bfq.weight=500']);
});

test.each<[LinuxResources, RegExp]>([
  [{ memory: { swappiness: 10 } }, /memory\.swappiness.*cgroup v2/],
  [{ memory: { disableOOMKiller: true } }, /disableOOMKiller/],
  [{ memory: { swap: 64 } }, /without a memory limit/],
  [{ memory: { limit: 64, swap: 32 } }, /less than memory\.limit/],
  [{ cpu: { realtimeRuntime: 1000 } }, /real-time/],
  [{ blockIO: { leafWeight: 100 } }, /leaf weights/],
  [{ network: { classID: 1 } }, /net_cls/],
  [{ unified: { '../x': '1' } }, /not the name of a cgroup v2 control file/],
])('what v2 cannot do is said: %j', (resources, message) => {
  expect(() => table(2, resources)).toThrow(message);
});

test('v2 files by name', () => {
  const unified = { 'memory.high': '64', 'memory.oom.group': '1' };
  expect(table(2, { unified })).toEqual(['memory.high=64', 'memory.oom.group=1']);
  expect(() => table(1, { unified })).toThrow(/memory\.high .*on v1/);
});

test('nothing asked for', () => {
  expect([undefined, {}, { memory: {} }, { devices: [] }, { unified: {} }].every(isEmpty)).toBe(true);
  expect(isEmpty({ pids: { limit: 1 } })).toBe(false);
  expect(isEmpty({ devices: [{ allow: false }] })).toBe(false);
});

test('conversions keep the least, the usual and the greatest value', () => {
  const pairs = [2, 128, 256, 512, 1024, 2048, 4096, 262144].map((it) => [it, weightFromShares(it)]);
  expect(pairs).toEqual([
    [2, 1],
    [128, 21],
    [256, 35],
    [512, 59],
    [1024, 100],
    [2048, 174],
    [4096, 303],
    [262144, 10000],
  ]);
  expect([10, 1000].map(ioWeight)).toEqual([1, 10000]);
  expect([swapOnly(100, 60), swapOnly(60, 60), swapOnly(-1, 60)]).toEqual(['40', '0', 'max']);
});

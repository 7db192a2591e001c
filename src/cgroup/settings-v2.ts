/** The control files of cgroup v2; Documentation/admin-guide/cgroup-v2.rst in the kernel's source. */
import { UsageError } from '../kernel/errors.ts';
import type {
  LinuxBlockIO,
  LinuxCPU,
  LinuxHugepageLimit,
  LinuxMemory,
  LinuxRdma,
  LinuxThrottleDevice,
} from '../spec/resources.ts';
import { ioWeight, orMax, swapOnly, weightFromShares } from './convert.ts';
import { type Context, impossible, isSaid, type Setting } from './setting.ts';

export { pids } from './settings-v1.ts'; // the one controller that did not change

export function memory(it: LinuxMemory, { current }: Context): Setting[] {
  const set = (limit: string, file: string, value: string): Setting => {
    return { controller: 'memory', limit: `memory.${limit}`, files: [file], value };
  };
  if (it.swappiness !== undefined)
    impossible(
      'memory.swappiness',
      'cgroup v2 has no swappiness of a group',
      'leave it out, and limit memory.swap instead',
    );
  if (it.disableOOMKiller)
    impossible('memory.disableOOMKiller', 'in cgroup v2 a group cannot be without its OOM killer', 'leave it out');
  if (isSaid(it.kernel) || isSaid(it.kernelTCP))
    impossible('memory.kernel', 'cgroup v2 counts kernel memory as memory', 'leave it out, and set memory.limit');
  const list: Setting[] = [];
  const limit = isSaid(it.limit) ? set('limit', 'memory.max', orMax(it.limit)) : undefined;
  const swap = swapValue(it, current);
  if (limit) list.push(limit);
  if (swap !== undefined) list.push(set('swap', 'memory.swap.max', swap));
  if (isSaid(it.reservation)) list.push(set('reservation', 'memory.low', orMax(it.reservation)));
  return list;
}

function swapValue(it: LinuxMemory, current: Context['current']): string | undefined {
  if (it.limit === -1 && !isSaid(it.swap)) return current('memory.swap.max') === undefined ? undefined : 'max';
  if (!isSaid(it.swap)) return undefined;
  if (it.swap === -1) return 'max';
  const limit = it.limit ?? Number(current('memory.max')?.trim().replace('max', '-1') ?? -1);
  if (limit === -1 || limit === 0)
    throw new UsageError(`memory.swap ${it.swap} says nothing without a memory limit`, {
      remedy: 'it counts memory and swap together: set memory.limit too',
    });
  if (it.swap < limit)
    throw new UsageError(`memory.swap ${it.swap} is less than memory.limit ${limit}`, {
      remedy: 'it counts memory and swap together: give at least the memory limit',
    });
  return swapOnly(it.swap, limit);
}

export function cpu(it: LinuxCPU, { current }: Context): Setting[] {
  const set = (limit: string, file: string, value: string): Setting => {
    return { controller: 'cpu', limit: `cpu.${limit}`, files: [file], value };
  };
  if (isSaid(it.realtimePeriod) || isSaid(it.realtimeRuntime))
    impossible('cpu.realtimeRuntime', 'cgroup v2 does not share out real-time processor time', 'leave it out');
  const list: Setting[] = [];
  if (it.idle !== undefined) list.push(set('idle', 'cpu.idle', String(it.idle)));
  if (isSaid(it.shares)) list.push(set('shares', 'cpu.weight', String(weightFromShares(it.shares))));
  if (isSaid(it.quota) || isSaid(it.period)) {
    const [oldQuota = 'max', oldPeriod = '100000'] = current('cpu.max')?.trim().split(' ') ?? [];
    const quota = isSaid(it.quota) ? (it.quota < 0 ? 'max' : String(it.quota)) : oldQuota;
    list.push(
      set(isSaid(it.quota) ? 'quota' : 'period', 'cpu.max', `${quota} ${isSaid(it.period) ? it.period : oldPeriod}`),
    );
  }
  if (it.burst !== undefined) list.push(set('burst', 'cpu.max.burst', String(it.burst)));
  return list;
}

export { cpuset } from './settings-v1.ts';

export function blockIO(it: LinuxBlockIO, { current }: Context): Setting[] {
  const set = (limit: string, files: string[], value: string): Setting => {
    return { controller: 'io', limit: `blockIO.${limit}`, files, value };
  };
  if (isSaid(it.leafWeight) || it.weightDevice?.some((one) => isSaid(one.leafWeight)))
    impossible('blockIO.leafWeight', 'cgroup v2 has no leaf weights', 'leave it out, and give blockIO.weight');
  const list: Setting[] = [];
  const isBfq = current('io.bfq.weight') !== undefined; // which counts weights as v1 did
  const file = isBfq ? 'io.bfq.weight' : 'io.weight';
  const scaled = (weight: number): number => (isBfq ? weight : ioWeight(weight));
  if (isSaid(it.weight)) list.push(set('weight', [file], String(scaled(it.weight))));
  for (const { major, minor, weight } of it.weightDevice ?? [])
    if (isSaid(weight)) list.push(set('weightDevice', [file], `${major}:${minor} ${scaled(weight)}`));
  const throttle = (limit: string, key: string, devices: LinuxThrottleDevice[] = []): void => {
    for (const { major, minor, rate } of devices)
      list.push(set(limit, ['io.max'], `${major}:${minor} ${key}=${rate || 'max'}`));
  };
  throttle('throttleReadBpsDevice', 'rbps', it.throttleReadBpsDevice);
  throttle('throttleWriteBpsDevice', 'wbps', it.throttleWriteBpsDevice);
  throttle('throttleReadIOPSDevice', 'riops', it.throttleReadIOPSDevice);
  throttle('throttleWriteIOPSDevice', 'wiops', it.throttleWriteIOPSDevice);
  return list;
}

export function hugepages(limits: LinuxHugepageLimit[]): Setting[] {
  return limits.map(({ pageSize, limit }) => {
    return { controller: 'hugetlb', limit: 'hugepageLimits', files: [`hugetlb.${pageSize}.max`], value: String(limit) };
  });
}

export function rdma(devices: Record<string, LinuxRdma>): Setting[] {
  return Object.entries(devices).map(([name, { hcaHandles, hcaObjects }]) => {
    const value = `${name} hca_handle=${hcaHandles ?? 'max'} hca_object=${hcaObjects ?? 'max'}`;
    return { controller: 'rdma', limit: 'rdma', files: ['rdma.max'], value };
  });
}

export const networkClass = (_: number): Setting[] =>
  impossible(
    'network.classID',
    'cgroup v2 has no net_cls',
    'match the group in the firewall instead: nft "socket cgroupv2"',
  );

export const networkPriorities = (_: unknown): Setting[] =>
  impossible('network.priorities', 'cgroup v2 has no net_prio', 'leave it out');

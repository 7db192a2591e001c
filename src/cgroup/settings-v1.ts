/** The control files of cgroup v1; Documentation/admin-guide/cgroup-v1 in the kernel's source. */
import { UsageError } from '../kernel/errors.ts';
import type {
  LinuxBlockIO,
  LinuxCPU,
  LinuxHugepageLimit,
  LinuxMemory,
  LinuxPids,
  LinuxThrottleDevice,
} from '../spec/resources.ts';
import { type Context, isSaid, type Setting } from './setting.ts';

export function memory(it: LinuxMemory, { current }: Context): Setting[] {
  const set = (limit: string, file: string, value: number | string): Setting => {
    return { controller: 'memory', limit: `memory.${limit}`, files: [file], value: String(value) };
  };
  const list: Setting[] = [];
  const limit = isSaid(it.limit) ? set('limit', 'memory.limit_in_bytes', it.limit) : undefined;
  const swap = isSaid(it.swap) ? set('swap', 'memory.memsw.limit_in_bytes', it.swap) : unlimitedSwap(it, current, set);
  if (isSaid(it.limit) && isSaid(it.swap) && it.swap !== -1 && it.swap < it.limit)
    throw new UsageError(`memory.swap ${it.swap} is less than memory.limit ${it.limit}`, {
      remedy: 'it counts memory and swap together: give at least the memory limit',
    });
  // Memory may at no moment exceed memory + swap: grow the sum first, or shrink it last.
  const sum = Number(current('memory.memsw.limit_in_bytes') ?? Number.POSITIVE_INFINITY);
  const growing = it.limit === -1 || (isSaid(it.limit) && it.limit > sum);
  list.push(...[growing ? swap : limit, growing ? limit : swap].filter((one) => one !== undefined));
  if (isSaid(it.reservation)) list.push(set('reservation', 'memory.soft_limit_in_bytes', it.reservation));
  if (isSaid(it.kernel)) list.push(set('kernel', 'memory.kmem.limit_in_bytes', it.kernel));
  if (isSaid(it.kernelTCP)) list.push(set('kernelTCP', 'memory.kmem.tcp.limit_in_bytes', it.kernelTCP));
  if (it.swappiness !== undefined) list.push(set('swappiness', 'memory.swappiness', it.swappiness));
  if (it.disableOOMKiller) list.push(set('disableOOMKiller', 'memory.oom_control', 1));
  return list;
}

/** Unlimited memory with a limit on memory + swap left over would be a contradiction. */
function unlimitedSwap(
  it: LinuxMemory,
  current: Context['current'],
  set: (limit: string, file: string, value: number) => Setting,
): Setting | undefined {
  const accounted = current('memory.memsw.limit_in_bytes') !== undefined;
  return it.limit === -1 && accounted ? set('swap', 'memory.memsw.limit_in_bytes', -1) : undefined;
}

export function cpu(it: LinuxCPU, { current }: Context): Setting[] {
  const set = (limit: string, file: string, value: number): Setting => {
    return { controller: 'cpu', limit: `cpu.${limit}`, files: [file], value: String(value) };
  };
  const list: Setting[] = [];
  if (it.idle !== undefined) list.push(set('idle', 'cpu.idle', it.idle));
  if (isSaid(it.shares)) list.push(set('shares', 'cpu.shares', it.shares));
  const period = isSaid(it.period) ? [set('period', 'cpu.cfs_period_us', it.period)] : [];
  const quota = isSaid(it.quota) ? [set('quota', 'cpu.cfs_quota_us', it.quota)] : [];
  // quota / period must stay below the parent's in between: a shorter period comes after its quota.
  const shorter = isSaid(it.period) && it.period < Number(current('cpu.cfs_period_us') ?? 100000);
  list.push(...(shorter ? [...quota, ...period] : [...period, ...quota]));
  if (it.burst !== undefined) list.push(set('burst', 'cpu.cfs_burst_us', it.burst));
  if (isSaid(it.realtimePeriod)) list.push(set('realtimePeriod', 'cpu.rt_period_us', it.realtimePeriod));
  if (isSaid(it.realtimeRuntime)) list.push(set('realtimeRuntime', 'cpu.rt_runtime_us', it.realtimeRuntime));
  return list;
}

export function cpuset(it: LinuxCPU): Setting[] {
  const list: Setting[] = [];
  if (it.cpus) list.push({ controller: 'cpuset', limit: 'cpu.cpus', files: ['cpuset.cpus'], value: it.cpus });
  if (it.mems) list.push({ controller: 'cpuset', limit: 'cpu.mems', files: ['cpuset.mems'], value: it.mems });
  return list;
}

export function pids(it: LinuxPids): Setting[] {
  const value = it.limit !== undefined && it.limit > 0 ? String(it.limit) : 'max';
  return [{ controller: 'pids', limit: 'pids.limit', files: ['pids.max'], value }];
}

export function blockIO(it: LinuxBlockIO): Setting[] {
  const set = (limit: string, files: string[], value: string): Setting => {
    return { controller: 'io', limit: `blockIO.${limit}`, files, value };
  };
  const list: Setting[] = [];
  if (isSaid(it.weight)) list.push(set('weight', ['blkio.weight', 'blkio.bfq.weight'], String(it.weight)));
  if (isSaid(it.leafWeight)) list.push(set('leafWeight', ['blkio.leaf_weight'], String(it.leafWeight)));
  for (const { major, minor, weight, leafWeight } of it.weightDevice ?? []) {
    const device = `${major}:${minor}`;
    const files = ['blkio.weight_device', 'blkio.bfq.weight_device'];
    if (isSaid(weight)) list.push(set('weightDevice', files, `${device} ${weight}`));
    if (isSaid(leafWeight))
      list.push(set('weightDevice.leafWeight', ['blkio.leaf_weight_device'], `${device} ${leafWeight}`));
  }
  const throttle = (limit: string, file: string, devices: LinuxThrottleDevice[] = []): void => {
    for (const { major, minor, rate } of devices)
      list.push(set(limit, [`blkio.throttle.${file}`], `${major}:${minor} ${rate}`));
  };
  throttle('throttleReadBpsDevice', 'read_bps_device', it.throttleReadBpsDevice);
  throttle('throttleWriteBpsDevice', 'write_bps_device', it.throttleWriteBpsDevice);
  throttle('throttleReadIOPSDevice', 'read_iops_device', it.throttleReadIOPSDevice);
  throttle('throttleWriteIOPSDevice', 'write_iops_device', it.throttleWriteIOPSDevice);
  return list;
}

export function hugepages(limits: LinuxHugepageLimit[]): Setting[] {
  return limits.map(({ pageSize, limit }) => {
    return {
      controller: 'hugetlb',
      limit: 'hugepageLimits',
      files: [`hugetlb.${pageSize}.limit_in_bytes`],
      value: String(limit),
    };
  });
}

export function networkClass(classID: number): Setting[] {
  return [{ controller: 'net_cls', limit: 'network.classID', files: ['net_cls.classid'], value: String(classID) }];
}

export function networkPriorities(priorities: { name: string; priority: number }[]): Setting[] {
  return priorities.map(({ name, priority }) => {
    return {
      controller: 'net_prio',
      limit: 'network.priorities',
      files: ['net_prio.ifpriomap'],
      value: `${name} ${priority}`,
    };
  });
}

/** The limits of a group as the kernel has them: what was written is a wish, what is read back is the fact. */
import { readdirSync } from 'node:fs';
import { isRefusal } from '../kernel/errors.ts';
import { readText } from '../kernel/files.ts';
import { countFilters } from './device-filter.ts';
import type { Controller, Hierarchy } from './layout.ts';

/** One control file and its value. */
export interface ReadBack {
  controller: Controller;
  path: string;
  value: string;
}

/** Files that hold limits (not counters), by the beginning of their names. */
const limits: [Controller, RegExp][] = [
  ['memory', /^memory\.(max|high|low|min|swap\.max|swap\.high|oom\.group|(soft_|memsw\.)?limit_in_bytes|swappiness)$/],
  ['cpu', /^cpu\.(max|max\.burst|weight|idle|shares|cfs_quota_us|cfs_period_us|cfs_burst_us)$/],
  ['cpuset', /^cpuset\.(cpus|mems|cpus\.effective|mems\.effective|effective_cpus|effective_mems)$/],
  ['pids', /^pids\.max$/],
  [
    'io',
    /^(io\.(max|weight|bfq\.weight)|blkio\.(bfq\.)?weight(_device)?|blkio\.throttle\.(read|write)_(bps|iops)_device)$/,
  ],
  ['hugetlb', /^hugetlb\.[0-9A-Z]+\.(max|limit_in_bytes)$/],
  ['devices', /^devices\.list$/],
  ['net_cls', /^net_cls\.classid$/],
  ['rdma', /^rdma\.max$/],
];

/** Reads every limit of one group directory. */
export function readLimits(hierarchy: Hierarchy, directory: string): ReadBack[] {
  const files = readdirSync(directory).sort();
  const found = limits
    .filter(([controller]) => hierarchy.controllers.includes(controller))
    .flatMap(([controller, name]) =>
      files
        .filter((file) => name.test(file))
        .map((file) => ({ controller, path: `${directory}/${file}`, value: valueIn(`${directory}/${file}`) })),
    )
    .filter((it): it is ReadBack => it.value !== undefined);
  return [...found, ...deviceFilters(hierarchy, directory)];
}

/** The device rules of v2 are in no file: the kernel says how many programs decide, under the name that bpf(2) has for them. */
function deviceFilters(hierarchy: Hierarchy, directory: string): ReadBack[] {
  if (hierarchy.version !== 2 || !hierarchy.controllers.includes('devices')) return [];
  try {
    const count = countFilters(directory);
    return count > 0 ? [{ controller: 'devices', path: `${directory}/BPF_CGROUP_DEVICE`, value: String(count) }] : [];
  } catch (error) {
    if (isRefusal(error, 'EPERM', 'EACCES', 'EINVAL', 'ENOSYS')) return []; // not for this user, or not in this kernel
    throw error;
  }
}

function valueIn(path: string): string | undefined {
  try {
    return readText(path).trim();
  } catch (error) {
    if (isRefusal(error, 'EOPNOTSUPP', 'EACCES')) return undefined; // written only
    throw error;
  }
}

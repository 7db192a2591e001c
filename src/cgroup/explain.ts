/**
 * Why a limit or a group cannot be had here, in words: the learner's commonest complaint is a limit that silently has no effect, so each
 * refusal says which limit it is, what is in the way, and what would make it work.
 */
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { exists, readText } from '../kernel/files.ts';
import type { Controller, Layout } from './layout.ts';
import type { Setting } from './setting.ts';

/** v1 calls it blkio, and so does /proc/cgroups. */
const kernelName = (controller: Controller): string => (controller === 'io' ? 'blkio' : controller);

/** A controller that no hierarchy has: not in the kernel, switched off at boot, or not mounted. */
export function missingController(controller: Controller, limit: string, files = ''): UsageError {
  const table = `${files}/proc/cgroups`;
  const name = kernelName(controller);
  const row = exists(table)
    ? readText(table)
        .split('\n')
        .map((line) => line.split('\t'))
        .find((it) => it[0] === name)
    : undefined;
  const problem = `${limit} cannot be enforced: this host offers no ${controller} controller`;
  if (!row)
    return new UsageError(`${problem}, its kernel was built without it or hides it`, {
      remedy: 'leave the limit out, or use a kernel that has it (zgrep CGROUP /proc/config.gz)',
    });
  if (row[3] === '0')
    return new UsageError(`${problem}, it was switched off when the kernel was booted`, {
      remedy: `boot with cgroup_enable=${name} on the kernel's command line`,
    });
  return new UsageError(`${problem}, it is not mounted or not handed on to this group`, {
    remedy: `mount it (mount -t cgroup -o ${name} cgroup /sys/fs/cgroup/${name}), or in a container ask whoever started it for it`,
  });
}

/** The version of the hierarchy that has a controller; a missing controller throws. */
export const versionOf =
  (host: Layout) =>
  (controller: Controller, limit: string): 1 | 2 => {
    const hierarchy = host.controllers.get(controller);
    if (!hierarchy) throw missingController(controller, limit);
    return hierarchy.version;
  };

/** Control files that are there only in some kernels: what has to be done to get them. */
const optional: [RegExp, why: string, remedy: string][] = [
  [
    /^memory\.(memsw|swap)\./,
    'swap is not counted by this kernel',
    'boot with swapaccount=1 (and a kernel with CONFIG_SWAP), or leave out the swap limit',
  ],
  [
    /^(blkio|io)\..*weight/,
    'no I/O scheduler of this host shares a disk by weight',
    'echo bfq > /sys/block/<disk>/queue/scheduler, or limit a rate with the throttle settings',
  ],
  [/^blkio\.throttle|^io\.max/, 'this kernel has no I/O throttling', 'use a kernel with CONFIG_BLK_DEV_THROTTLING'],
  [/^cpu\.rt_/, 'this kernel does not share out real-time processor time', 'use a kernel with CONFIG_RT_GROUP_SCHED'],
  [
    /^cpu\.(cfs|max)/,
    'this kernel has no CPU quotas',
    'use a kernel with CONFIG_CFS_BANDWIDTH, or give cpu.shares instead',
  ],
  [/^memory\.kmem\./, 'this kernel no longer limits kernel memory apart', 'leave it out: memory.limit covers it'],
  [
    /^hugetlb\./,
    'there are no huge pages of that size on this processor',
    'ls /sys/kernel/mm/hugepages shows the sizes',
  ],
];

/** The control file of a setting is not in the group. `refusal` says why its controller could not be enabled, when that is the reason. */
export function missingFile(setting: Setting, directory: string, refusal: string | undefined): UsageError {
  const problem = `${setting.limit} cannot be enforced: there is no ${setting.files.join(' or ')} in ${directory}`;
  if (refusal) return new UsageError(`${problem}, because ${refusal}`, { remedy: 'see minidocker doctor' });
  const known = optional.find(([file]) => file.test(setting.files[0]!));
  if (known) return new UsageError(`${problem}: ${known[1]}`, { remedy: known[2] });
  return new UsageError(`${problem}: this kernel does not have that file`, { remedy: 'leave the setting out' });
}

/** The kernel refused to take a value. Anything not known here stays what it was. */
export function refusedValue(error: unknown, setting: Setting, path: string): unknown {
  const said = `${setting.limit}: the kernel refused ${JSON.stringify(setting.value)} for ${path}`;
  const usage = (why: string, remedy: string): UsageError =>
    new UsageError(`${said} (${why})`, { remedy, cause: error });
  if (isRefusal(error, 'EROFS')) return readOnly(path, error);
  if (isRefusal(error, 'EACCES', 'EPERM'))
    return usage(
      'no permission',
      'run as root, or have the group delegated to you (systemd-run --user --scope -p Delegate=yes …)',
    );
  if (isRefusal(error, 'EBUSY'))
    return usage('the group uses more than that already', 'give a higher limit, or stop something in it first');
  if (isRefusal(error, 'EINVAL', 'ERANGE', 'E2BIG')) return usage(...invalid(setting));
  if (isRefusal(error, 'ENODEV', 'ENXIO'))
    return usage(
      'there is no such disk',
      'give the numbers of a whole disk (lsblk -d -o NAME,MAJ:MIN), not of a partition',
    );
  if (isRefusal(error, 'EOPNOTSUPP', 'ENOTSUP')) return usage('it does not support that', 'leave the setting out');
  if (isRefusal(error, 'ENOSPC'))
    return usage('the group would be left without processors or memory', 'widen cpu.cpus or cpu.mems');
  return error;
}

function invalid({ files, value, limit }: Setting): [why: string, remedy: string] {
  const file = files[0]!;
  if (file.startsWith('cpuset.'))
    return [
      'this host, or the group above, does not have all of them',
      'cat cpuset.cpus.effective or cpuset.effective_cpus of the group above',
    ];
  if (/cfs_quota|cfs_period|cpu\.max/.test(file))
    return [
      'out of range, or more than the group above may have',
      'a quota is at least 1000 µs, a period 1000–1000000 µs',
    ];
  if (file.includes('memsw')) return ['memory + swap cannot be below memory', 'give at least the memory limit'];
  if (file === 'memory.limit_in_bytes') return ['memory cannot exceed memory + swap', 'raise memory.swap too'];
  return [`${value} is out of range`, `look up ${limit} in the OCI runtime specification`];
}

/** The whole tree is mounted read-only, as in an ordinary container. */
export function readOnly(path: string, cause?: unknown): UsageError {
  return new UsageError(
    `${path}: the control group tree is mounted read-only here, so no group can be made or limited`,
    {
      remedy:
        'mount -o remount,rw /sys/fs/cgroup where you may (in Docker: --privileged or --security-opt writable-cgroups=true), or run without groups: --cgroups=disabled',
      cause,
    },
  );
}

/** A group could not be made. */
export function refusedGroup(error: unknown, directory: string): unknown {
  if (isRefusal(error, 'EROFS')) return readOnly(directory, error);
  if (isRefusal(error, 'EACCES', 'EPERM'))
    return new UsageError(`no permission to make the control group ${directory}`, {
      remedy:
        'run as root, have a group delegated to you (systemd-run --user --scope -p Delegate=yes …), or run without groups: --cgroups=disabled',
      cause: error,
    });
  if (isRefusal(error, 'EAGAIN'))
    return new UsageError(`no more control groups may be made below ${directory}`, {
      remedy: 'a group above limits them: see cgroup.max.descendants and cgroup.max.depth',
      cause: error,
    });
  return error;
}

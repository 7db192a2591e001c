/** Control groups: where they are, whether groups can be made, and each limit tried on a throw-away group – cgroups(7). */
import { Cgroup } from '../../cgroup/cgroup.ts';
import { type Controller, type Layout, layout } from '../../cgroup/layout.ts';
import { cgroupPath } from '../../cgroup/path.ts';
import { exists } from '../../kernel/files.ts';
import type { LinuxResources } from '../../spec/resources.ts';
import { type About, inBlankProcess, type Probe, probe } from './probe.ts';

const words: Record<Layout['kind'], string> = {
  v2: 'version 2 only',
  v1: 'version 1 only',
  hybrid: 'hybrid: controllers of version 1, and version 2 beside them',
  none: 'none is mounted',
};

const limits: { name: string; controller: Controller; option: string; resources: LinuxResources }[] = [
  { name: 'memory limit', controller: 'memory', option: '--memory', resources: { memory: { limit: 64 << 20 } } },
  { name: 'cpu limit', controller: 'cpu', option: '--cpus', resources: { cpu: { quota: 50_000, period: 100_000 } } },
  { name: 'cpu shares', controller: 'cpu', option: '--cpu-shares', resources: { cpu: { shares: 512 } } },
  { name: 'process limit', controller: 'pids', option: '--pids-limit', resources: { pids: { limit: 16 } } },
  { name: 'processor choice', controller: 'cpuset', option: '--cpuset-cpus', resources: { cpu: { cpus: '0' } } },
  {
    name: 'device rules',
    controller: 'devices',
    option: 'forbidding devices (--device)',
    resources: { devices: [{ allow: false, access: 'rwm' }] },
  },
];

const howToGetController = (controller: Controller): string =>
  `mount the ${controller} controller or have it handed on (cgroup.subtree_control of the group above); in a container ask whoever started it; else a kernel that has it`;

const aboutLayout: About = {
  name: 'control groups',
  neededFor: 'limits, statistics, pausing and killing a container as a whole',
  howToGet:
    'root, and a writable /sys/fs/cgroup (mount -t cgroup2 cgroup2 /sys/fs/cgroup); under systemd a delegated group: systemd-run --scope -p Delegate=yes …',
};

/** Where each controller is: `memory v1, cpu v1 …`. */
const whereabouts = (host: Layout): string =>
  [...host.controllers].map(([controller, { version }]) => `${controller} v${version}`).join(', ');

function limit(group: Cgroup, host: Layout, { name, controller, option, resources }: (typeof limits)[number]): Probe {
  return probe({ name, neededFor: option, howToGet: howToGetController(controller) }, () => {
    group.apply(resources);
    return `accepted, version ${host.controllers.get(controller)?.version ?? 'unknown'}`;
  });
}

const IO_FILES = ['io.max', 'blkio.throttle.read_bps_device'];

/** A limit on a disk names the disk, so here only the control file is looked for. */
const disk = (group: Cgroup): Probe =>
  probe({ name: 'disk limit', neededFor: '--device-read-bps and its kin', howToGet: howToGetController('io') }, () => {
    const file = IO_FILES.find((it) => exists(`${group.directory('io')}/${it}`));
    return file ? `there is ${file}` : { ok: false, found: `there is neither ${IO_FILES.join(' nor ')}` };
  });

/** Puts a process into the group, and kills it by the group. */
const killing = (group: Cgroup): Probe =>
  probe(
    {
      name: 'members and kill',
      neededFor: 'putting a container into its group, and ending all of it at once',
      howToGet: 'root, or a group that was delegated together with the one we are in',
    },
    () =>
      inBlankProcess((by) => {
        group.join(by.pid);
        if (!group.processes().includes(by.pid))
          return { ok: false, found: 'a process that joined is not in the group' };
        group.kill();
        return exists(`${group.directories.at(-1)}/cgroup.kill`)
          ? 'in one write (cgroup.kill)'
          : 'one process after another';
      }),
  );

export function cgroups(): Probe[] {
  const host = layout();
  let group: Cgroup | undefined;
  const groups = probe(aboutLayout, () => {
    group = Cgroup.create(cgroupPath(`doctor-${process.pid}`), {}, host);
    return `${words[host.kind]} (${whereabouts(host)})`;
  });
  if (!group) return [{ ...groups, found: `${words[host.kind]}; ${groups.found}` }];
  const made = group;
  try {
    return [groups, ...limits.map((it) => limit(made, host, it)), disk(made), killing(made)];
  } finally {
    made.remove();
  }
}

/** A control group of its own, and limits in it – see cgroups(7), and Documentation/admin-guide/cgroup-v2.rst. */
import { basename } from 'node:path';
import { Cgroup } from '../cgroup/cgroup.ts';
import { plannedGroup, plannedWrites } from '../cgroup/preview.ts';
import { SyscallError, UsageError } from '../kernel/errors.ts';
import { namespaceId } from '../kernel/namespace.ts';
import { cgroupsOf } from '../kernel/proc.ts';
import type { LinuxResources } from '../spec/resources.ts';
import type { Box } from './box.ts';
import { codeOf, type Step } from './step.ts';

const NOTE = 'cgroup';

/** The box's control group. @throws UsageError where it has none yet. */
export function cgroupOf(box: Box): Cgroup {
  const group = box.notes.get(NOTE) as Cgroup | undefined;
  if (group) return group;
  throw new UsageError('the container has no control group yet', {
    remedy: "make one first: await box.apply(steps.cgroup('minidocker/lab'))",
  });
}

/**
 * The quick way in: being born there costs nothing, while a process that is moved makes the kernel wait for every processor, ten milliseconds. Not
 * possible when the next child is to be process 1 of a pid namespace, or where this process may not open the group's files.
 */
function isBornInside(box: Box, group: Cgroup): boolean {
  const { pid } = box.process;
  if (namespaceId(pid, 'pid_for_children') !== namespaceId(pid, 'pid')) return false;
  try {
    const fd = group.receive(box.process);
    if (fd !== undefined) box.fork(0, fd); // the descriptor is close-on-exec in both
    return true;
  } catch (error) {
    if (error instanceof SyscallError) return false;
    throw error;
  }
}

/** Puts the box's process into a group, the quick way where it can be. */
function enterGroup(box: Box, group: Cgroup): void {
  if (!isBornInside(box, group)) group.join(box.process.pid);
}

/** @param path of the group, as `minidocker/lab`: it is made in every hierarchy that this host has. */
export function cgroup(path: string): Step {
  return {
    name: 'cgroup',
    title: 'a control group of its own',
    explain:
      'A control group counts and limits what its processes use together: memory, processor time, number of processes. It is a directory; the kernel fills it with files to read and write. Children are born into the group of their parent; this one is born into its own, which is quicker than moving it there.',
    manual: ['cgroups(7)', 'clone3(2)'],
    get calls() {
      return plannedGroup(path);
    },
    code: codeOf('cgroup', path),
    apply(box) {
      const group = Cgroup.create(path);
      box.notes.set(NOTE, group);
      enterGroup(box, group);
    },
    observe(box) {
      const groups = cgroupsOf(box.process.pid).filter((it) => it.path !== '/');
      return { path: groups[0]?.path, hierarchies: groups.length, processes: cgroupOf(box).processes().length };
    },
    undo(box) {
      const group = box.notes.get(NOTE) as Cgroup | undefined;
      if (!group) return;
      group.kill();
      group.remove();
      box.notes.delete(NOTE);
    },
  };
}

const words: Record<string, string> = {
  memory: 'memory',
  cpu: 'processor time',
  pids: 'processes',
  blockIO: 'disks',
  hugepageLimits: 'huge pages',
  devices: 'devices',
  unified: 'others',
};

/** Which controllers keep a kind of limit. */
const controllers: Record<string, string[]> = {
  memory: ['memory'],
  cpu: ['cpu', 'cpuset'],
  pids: ['pids'],
  blockIO: ['io', 'blkio'],
  hugepageLimits: ['hugetlb'],
  devices: ['devices'],
};

/** @param resources limits as in the configuration: `{ memory: { limit: 64 * 2 ** 20 }, pids: { limit: 20 } }`. */
export function limits(resources: LinuxResources): Step {
  const kinds = Object.entries(resources).filter(([, value]) => value !== undefined && Object.keys(value).length > 0);
  return {
    name: 'limits',
    title: `limits: ${kinds.map(([key]) => words[key] ?? key).join(', ') || 'none'}`,
    explain:
      'Each limit is a number written to a file of the group. Too much memory: the kernel kills a process of the group. Too many processes: fork fails. Too much processor time: all wait for the next period. What is read back is what the kernel accepted.',
    manual: ['cgroups(7)'],
    get calls() {
      return plannedWrites(resources);
    },
    code: codeOf('limits', resources),
    check: (box) => void cgroupOf(box),
    apply: (box) => cgroupOf(box).apply(resources),
    observe(box) {
      const asked = kinds.flatMap(([key]) => controllers[key] ?? []);
      const files = cgroupOf(box)
        .readBack()
        .filter((it) => asked.includes(it.controller));
      return Object.fromEntries(files.map((it) => [basename(it.path), it.value]));
    },
  };
}

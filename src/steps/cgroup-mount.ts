/** /sys/fs/cgroup inside: the control groups as the container may see them, read-only – see cgroups(7), cgroup_namespaces(7). */
import { basename } from 'node:path';
import { MS } from '../kernel/constants.ts';
import { isRefusal } from '../kernel/errors.ts';
import type { Request } from '../kernel/mailbox.ts';
import { mount } from '../kernel/mount.ts';
import { mountsOf, type Mount as SeenMount } from '../kernel/proc.ts';
import type { Mount } from '../spec/config.ts';
import { parseMountOptions } from '../spec/mount-options.ts';
import type { Box } from './box.ts';
import { requirePrivate, requireRoot } from './guards.ts';
import { atPlace } from './in-root.ts';
import { codeOf, type Step } from './step.ts';

/** The hierarchies that the host has mounted, once each. */
function hierarchies(): SeenMount[] {
  const seen = new Set<string>();
  return mountsOf('self').filter((it) => {
    const isFirst = (it.type === 'cgroup' || it.type === 'cgroup2') && !seen.has(it.device);
    seen.add(it.device);
    return isFirst;
  });
}

/** Words of a version 1 mount that are no controllers. */
const general = new Set(['rw', 'ro', 'seclabel', 'xattr', 'clone_children', 'noprefix']);

const dataOf = (it: SeenMount): string | null =>
  it.type === 'cgroup2'
    ? null
    : it.superOptions.filter((word) => !general.has(word) && !word.startsWith('release_agent=')).join(',');

/** Mounts one hierarchy at a place that nobody else can change, then read-only: MS_RDONLY at once would change the host's too, they share a superblock. */
function mountOne(box: Box, it: SeenMount, place: string, flags: number): void {
  const readonly: Request = {
    name: 'mount',
    args: [null, place, null, MS.REMOUNT | MS.BIND | flags | MS.RDONLY, null],
  };
  try {
    box.process.chain([{ name: 'mount', args: ['cgroup', place, it.type, flags & ~MS.RDONLY, dataOf(it)] }, readonly]);
  } catch (error) {
    // In a user namespace version 1 cannot be mounted; the host's, bound, is what there is.
    if (!isRefusal(error, 'EPERM', 'EBUSY')) throw error;
    box.process.chain([{ name: 'mount', args: [it.target, place, null, MS.BIND, null] }, readonly]);
  }
}

/** Version 1: an empty directory in memory, with a directory for each hierarchy. */
function mountAll(box: Box, all: readonly SeenMount[], destination: string, flags: number): void {
  const tmpfs = MS.NOSUID | MS.NOEXEC | MS.NODEV;
  atPlace(box, destination, 'directory', (place) => mount(box.process, 'tmpfs', place, 'tmpfs', tmpfs, 'mode=755'));
  atPlace(box, destination, 'directory', (place, fd) => {
    box.process.chain(all.map((it) => ({ name: 'mkdirat', args: [fd, basename(it.target), 0o755] })));
    for (const it of all) mountOne(box, it, `${place}/${basename(it.target)}`, flags);
    mount(box.process, null, place, null, MS.REMOUNT | MS.BIND | MS.RDONLY | tmpfs);
  });
}

/** Version 2: the mount itself. */
function mountPure(box: Box, it: SeenMount, destination: string, flags: number): void {
  atPlace(box, destination, 'directory', (place) => {
    try {
      mount(box.process, 'cgroup', place, it.type, flags & ~MS.RDONLY);
    } catch (error) {
      if (!isRefusal(error, 'EPERM', 'EBUSY')) throw error;
      mount(box.process, it.target, place, null, MS.BIND);
    }
  });
  atPlace(box, destination, 'directory', (place) =>
    mount(box.process, null, place, null, MS.REMOUNT | MS.BIND | flags | MS.RDONLY),
  );
}

export function cgroupMount(it: Mount): Step {
  return {
    name: 'cgroup-mount',
    title: 'mount /sys/fs/cgroup, read-only',
    explain:
      'The files through which one sees one’s own limits. In a cgroup namespace the container’s group is shown as the root. Read-only: a writable one of version 1 has a release_agent, which is a way to run a program on the host.',
    manual: ['cgroups(7)', 'cgroup_namespaces(7)'],
    calls: hierarchies().map((one) => `mount("cgroup", ROOT"${it.destination}…", "${one.type}", MS_RDONLY|…)`),
    code: codeOf('cgroupMount', it),
    check(box) {
      requirePrivate(box, 'mounting control groups');
      requireRoot(box, 'mounting control groups');
    },
    apply(box) {
      const { flags } = parseMountOptions(it.options);
      const all = hierarchies();
      const pure = all.find((one) => one.type === 'cgroup2' && one.target === '/sys/fs/cgroup');
      if (pure) mountPure(box, pure, it.destination, flags);
      else mountAll(box, all, it.destination, flags);
    },
    observe(box) {
      const seen = mountsOf(box.process.pid).filter(
        (one) => one.target.includes(it.destination) && one.type.startsWith('cgroup'),
      );
      return { hierarchies: seen.length, options: seen[0]?.options.join(',') };
    },
  };
}

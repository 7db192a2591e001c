/** /sys/fs/cgroup inside: the control groups as the container may see them, read-only – see cgroups(7), cgroup_namespaces(7). */
import { basename } from 'node:path';
import { MS } from '../kernel/constants.ts';
import { isRefusal } from '../kernel/errors.ts';
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

function mountOne(box: Box, it: SeenMount, path: string, flags: number): void {
  const data =
    it.type === 'cgroup2'
      ? null
      : it.superOptions.filter((word) => !general.has(word) && !word.startsWith('release_agent=')).join(',');
  atPlace(box, path, 'directory', (place) => {
    try {
      mount(box.process, 'cgroup', place, it.type, flags, data);
    } catch (error) {
      // In a user namespace version 1 cannot be mounted; the host's, bound, is what there is.
      if (!isRefusal(error, 'EPERM', 'EBUSY')) throw error;
      mount(box.process, it.target, place, null, MS.BIND);
    }
  });
  atPlace(box, path, 'directory', (place) => {
    mount(box.process, null, place, null, MS.REMOUNT | MS.BIND | flags | MS.RDONLY);
  });
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
      if (pure) return mountOne(box, pure, it.destination, flags);
      atPlace(box, it.destination, 'directory', (place) =>
        mount(box.process, 'tmpfs', place, 'tmpfs', MS.NOSUID | MS.NOEXEC | MS.NODEV, 'mode=755'),
      );
      for (const one of all) mountOne(box, one, `${it.destination}/${basename(one.target)}`, flags);
      atPlace(box, it.destination, 'directory', (place) =>
        mount(box.process, null, place, null, MS.REMOUNT | MS.BIND | MS.RDONLY | MS.NOSUID | MS.NOEXEC | MS.NODEV),
      );
    },
    observe(box) {
      const seen = mountsOf(box.process.pid).filter(
        (one) => one.target.includes(it.destination) && one.type.startsWith('cgroup'),
      );
      return { hierarchies: seen.length, options: seen[0]?.options.join(',') };
    },
  };
}

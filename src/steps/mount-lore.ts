/** What each kind of mount is for, in words. */
import type { Mount } from '../spec/config.ts';

export interface Lore {
  title: string;
  explain: string;
  manual: string[];
}

const lore: Record<string, Lore> = {
  proc: {
    title: 'mount /proc',
    explain:
      'A proc shows the processes of the pid namespace of whoever mounts it: mounted by process 1 of the container, ps sees the container and nothing else. Mounted too early, it would show the host.',
    manual: ['proc(5)', 'pid_namespaces(7)'],
  },
  sysfs: {
    title: 'mount /sys, read-only',
    explain:
      'The kernel’s view of devices and drivers. It is the host’s hardware, so it is read-only; /sys/class/net shows the links of this network namespace.',
    manual: ['sysfs(5)'],
  },
  '/dev': {
    title: 'mount an empty /dev',
    explain: 'A tmpfs of its own, so that no device of the host is there until it is put there.',
    manual: ['tmpfs(5)'],
  },
  devpts: {
    title: 'mount /dev/pts',
    explain:
      'A new instance of devpts: the container’s terminals are numbered from 0, and the host’s cannot be opened.',
    manual: ['pts(4)'],
  },
  mqueue: {
    title: 'mount /dev/mqueue',
    explain: 'Shows the POSIX message queues of this IPC namespace.',
    manual: ['mq_overview(7)'],
  },
  '/dev/shm': {
    title: 'mount /dev/shm',
    explain: 'Shared memory by name (shm_open) lives in this tmpfs; it counts towards the container’s memory limit.',
    manual: ['shm_overview(7)', 'tmpfs(5)'],
  },
  tmpfs: {
    title: 'mount a tmpfs',
    explain: 'Files in memory: fast, and gone with the container. They count towards its memory limit.',
    manual: ['tmpfs(5)'],
  },
};

/** The words for this mount. */
export function loreOf(it: Mount): Lore {
  const known = lore[it.destination] ?? lore[it.type ?? ''];
  const own = {
    '/proc': 'proc',
    '/sys': 'sysfs',
    '/dev': 'tmpfs',
    '/dev/pts': 'devpts',
    '/dev/shm': 'tmpfs',
    '/dev/mqueue': 'mqueue',
  }[it.destination];
  if (known && own) return known;
  return {
    ...(known ?? { explain: 'A file system from outside.', manual: ['mount(2)'] }),
    title: `mount ${it.type ?? 'a file system'} at ${it.destination}`,
  };
}

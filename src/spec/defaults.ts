/** What every container gets where nothing else is said: the same as Docker's and runc's defaults. */
import { existsSync, readdirSync } from 'node:fs';
import type { Config, Device, Mount, NamespaceType } from './config.ts';
import type { LinuxDeviceRule } from './resources.ts';

/** The new namespaces of an ordinary container. */
export const defaultNamespaces: readonly NamespaceType[] = ['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup'];

/** The file systems of the kernel, in the order in which they are mounted. */
export const defaultMounts: readonly Mount[] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
  {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
  },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
  {
    destination: '/sys/fs/cgroup',
    type: 'cgroup',
    source: 'cgroup',
    options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
  },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'],
  },
];

const device = (path: string, major: number, minor: number): Device => ({
  type: 'c',
  path,
  major,
  minor,
  fileMode: 0o666,
});

/** The devices under /dev. */
export const defaultDevices: readonly Device[] = [
  device('/dev/null', 1, 3),
  device('/dev/zero', 1, 5),
  device('/dev/full', 1, 7),
  device('/dev/random', 1, 8),
  device('/dev/urandom', 1, 9),
  device('/dev/tty', 5, 0),
];

/** Links under /dev. */
export const defaultDeviceLinks: readonly (readonly [path: string, target: string])[] = [
  ['/dev/ptmx', 'pts/ptmx'],
  ['/dev/fd', '/proc/self/fd'],
  ['/dev/stdin', '/proc/self/fd/0'],
  ['/dev/stdout', '/proc/self/fd/1'],
  ['/dev/stderr', '/proc/self/fd/2'],
];

const rule = (access: string, major?: number, minor?: number): LinuxDeviceRule => ({
  allow: true,
  type: 'c',
  access,
  ...(major === undefined ? {} : { major }),
  ...(minor === undefined ? {} : { minor }),
});

/** Which devices may be opened: all are denied but those under /dev and terminals. A node may be made of any (it opens nothing). */
export const defaultDeviceRules: readonly LinuxDeviceRule[] = [
  { allow: false, access: 'rwm' },
  rule('m'),
  { allow: true, type: 'b', access: 'm' },
  rule('rwm', 1, 3),
  rule('rwm', 1, 5),
  rule('rwm', 1, 7),
  rule('rwm', 1, 8),
  rule('rwm', 1, 9),
  rule('rwm', 5, 0),
  rule('rwm', 5, 1),
  rule('rwm', 5, 2),
  rule('rwm', 136),
];

/** Hidden: what tells about, or acts on, the whole machine. */
export const defaultMaskedPaths: readonly string[] = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
];

/** Each processor's record of its heat: it tells what others do on this machine. There is none on most virtual ones. */
function thermalThrottles(): string[] {
  const cpus = '/sys/devices/system/cpu';
  const place = (cpu: string): string => `${cpus}/${cpu}/thermal_throttle`;
  if (!existsSync(place('cpu0'))) return [];
  return readdirSync(cpus)
    .filter((name) => /^cpu\d+$/.test(name) && existsSync(place(name)))
    .map(place);
}

/** Readable, but not to be changed. */
export const defaultReadonlyPaths: readonly string[] = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
];

/** Docker's fourteen. */
export const defaultCapabilities: readonly string[] = [
  'CAP_AUDIT_WRITE',
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_MKNOD',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_RAW',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
];

/** Of the network namespace: an ordinary user of the container may use low ports and ping. */
export const defaultSysctls: Readonly<Record<string, string>> = {
  'net.ipv4.ip_unprivileged_port_start': '0',
  'net.ipv4.ping_group_range': '0 2147483647',
};

export const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The configuration of an ordinary container: to be changed by whoever knows better. */
export function defaultConfig(args: readonly string[], rootPath: string): Config {
  return {
    ociVersion: '1.2.0',
    root: { path: rootPath },
    process: {
      user: { uid: 0, gid: 0 },
      args: [...args],
      env: [defaultPath],
      cwd: '/',
      capabilities: {
        bounding: [...defaultCapabilities],
        effective: [...defaultCapabilities],
        permitted: [...defaultCapabilities],
      },
    },
    mounts: defaultMounts.map((it) => ({ ...it, options: [...(it.options ?? [])] })),
    linux: {
      namespaces: defaultNamespaces.map((type) => ({ type })),
      devices: defaultDevices.map((it) => ({ ...it })),
      resources: { devices: defaultDeviceRules.map((it) => ({ ...it })) },
      sysctl: { ...defaultSysctls },
      maskedPaths: [...defaultMaskedPaths, ...thermalThrottles()],
      readonlyPaths: [...defaultReadonlyPaths],
    },
  };
}

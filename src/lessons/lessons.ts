/** What the guided session says beside a step's own explanation: the chapter it belongs to, and how one sees for oneself that the kernel really did it. */

export interface Lesson {
  chapter: string;
  /** A command for another terminal: PID is the process's, ROOT the new root's path as long as it is not `/`. */
  look?: string;
}

const chapters = {
  apart: 'a process of its own kind',
  root: 'a root of its own',
  files: 'the file systems that programs expect',
  limits: 'no more than its share',
  rights: 'no more rights than it needs',
  last: 'it becomes a program',
};

const namespace = (kind: string): Lesson => ({
  chapter: chapters.apart,
  look: `sudo ls -l /proc/PID/ns/${kind} /proc/self/ns/${kind}`,
});

const mounted = (path: string): Lesson => ({
  chapter: chapters.files,
  look: `sudo grep ROOT${path} /proc/PID/mountinfo`,
});

const lessons: Record<string, Lesson> = {
  'pid-namespace': { chapter: chapters.apart, look: 'sudo ls -l /proc/PID/ns' },
  'mount-namespace': namespace('mnt'),
  'uts-namespace': namespace('uts'),
  'ipc-namespace': namespace('ipc'),
  'network-namespace': { chapter: chapters.apart, look: 'sudo nsenter -n -t PID ip link' },
  'user-namespace': namespace('user'),
  'cgroup-namespace': namespace('cgroup'),
  'time-namespace': namespace('time'),
  'id-mapped-mounts': { chapter: chapters.apart, look: 'sudo grep idmapped /proc/PID/mountinfo' },
  'id-map': { chapter: chapters.apart, look: 'cat /proc/PID/uid_map' },
  fork: { chapter: chapters.apart, look: 'grep NSpid /proc/PID/status' },
  cgroup: { chapter: chapters.limits, look: 'cat /proc/PID/cgroup' },
  limits: { chapter: chapters.limits, look: 'cat /proc/PID/cgroup' },
  private: { chapter: chapters.root, look: 'sudo head -3 /proc/PID/mountinfo' },
  rootfs: { chapter: chapters.root, look: 'sudo nsenter -m -t PID ls ROOT' },
  hide: { chapter: chapters.root, look: 'sudo nsenter -m -t PID ls -la ROOT/root' },
  proc: mounted('/proc'),
  dev: mounted('/dev'),
  'masked-paths': { chapter: chapters.rights, look: 'sudo nsenter -m -t PID cat ROOT/proc/keys' },
  capabilities: { chapter: chapters.rights, look: 'grep Cap /proc/PID/status' },
  seccomp: { chapter: chapters.rights, look: 'grep Seccomp /proc/PID/status' },
  sysctls: { chapter: chapters.apart },
  devices: { chapter: chapters.files, look: 'sudo nsenter -m -t PID ls -l ROOT/dev' },
  devpts: mounted('/dev/pts'),
  sysfs: mounted('/sys'),
  'cgroup-mount': { chapter: chapters.files, look: 'sudo grep cgroup /proc/PID/mountinfo' },
  mqueue: mounted('/dev/mqueue'),
  shm: mounted('/dev/shm'),
  hostname: { chapter: chapters.apart, look: 'sudo nsenter -u -t PID hostname' },
  loopback: { chapter: chapters.apart, look: 'sudo nsenter -n -t PID ip addr' },
  'pivot-root': { chapter: chapters.root, look: 'sudo ls -l /proc/PID/root && sudo ls /proc/PID/root/' },
  'release-old-root': { chapter: chapters.root, look: 'sudo cat /proc/PID/mountinfo' },
  stdio: { chapter: chapters.last, look: 'sudo ls -l /proc/PID/fd' },
  terminal: { chapter: chapters.last, look: 'sudo ls -l /proc/PID/fd' },
  'working-directory': { chapter: chapters.last, look: 'sudo ls -l /proc/PID/cwd' },
  program: { chapter: chapters.last, look: 'ps -o pid,ppid,args -p PID' },
};

/** Steps whose names tell more: what is mounted where, what is plugged in where. */
const families: readonly (readonly [RegExp, Lesson])[] = [
  [/^(mount|volume) /, { chapter: chapters.files, look: 'sudo cat /proc/PID/mountinfo' }],
  [
    /^net|^(bridge|veth|address|route|nat|publish|names|wire)\b/,
    { chapter: chapters.apart, look: 'sudo nsenter -n -t PID ip addr' },
  ],
];

/** The lesson of a step; one that has none of its own belongs to the chapter on rights, where most of those are. */
export const lessonOf = (step: string): Lesson =>
  lessons[step] ?? families.find(([name]) => name.test(step))?.[1] ?? { chapter: chapters.rights };

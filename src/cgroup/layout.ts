/**
 * Which control-group hierarchy has which controller on this machine: cgroup v2 has one hierarchy for all of them, cgroup v1
 * one for each, and a hybrid host has both, each controller in one place only. cgroups(7).
 */
import { exists, readText } from '../kernel/files.ts';
import { asPlumbing } from '../kernel/trace.ts';

/** Controllers by their cgroup v2 names; `io` is v1's blkio, and cpuacct, devices and freezer are parts of v2 itself. */
export type Controller =
  | 'cpu'
  | 'cpuacct'
  | 'cpuset'
  | 'memory'
  | 'pids'
  | 'io'
  | 'devices'
  | 'freezer'
  | 'hugetlb'
  | 'net_cls'
  | 'net_prio'
  | 'rdma'
  | 'misc'
  | 'perf_event';

/** One mounted hierarchy. */
export interface Hierarchy {
  version: 1 | 2;
  /** Where it is mounted. */
  mount: string;
  /** Its device number, the same wherever it is mounted. */
  device: string;
  /** None for a v1 hierarchy that only has a name (`name=systemd`): it keeps track of processes and limits nothing. */
  controllers: Controller[];
  readOnly: boolean;
}

/** What this process sees of the control groups. */
export interface Layout {
  kind: 'v2' | 'v1' | 'hybrid' | 'none';
  hierarchies: Hierarchy[];
  /** Where each controller is to be found; absent: this host has none. */
  controllers: Map<Controller, Hierarchy>;
  /** The mount of the v2 hierarchy, which on a hybrid host still freezes and kills. */
  unified?: Hierarchy;
}

/** The parts of v2 that need no controller to be enabled. */
const V2_CORE: Controller[] = ['cpuacct', 'devices', 'freezer'];

const unescaped = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));

interface Mount {
  device: string;
  point: string;
  options: string[];
  type: string;
  superOptions: string[];
}

/** One line of /proc/[pid]/mountinfo, proc_pid_mountinfo(5): `36 35 98:0 /root /point rw,noatime master:1 - type source options`. */
function parseMount(line: string): Mount | undefined {
  const [before, after] = line.split(' - ');
  const head = before?.split(' ') ?? [];
  const tail = after?.split(' ') ?? [];
  if (head.length < 6 || tail.length < 3) return undefined;
  return {
    device: head[2]!,
    point: unescaped(head[4]!),
    options: head[5]!.split(','),
    type: tail[0]!,
    superOptions: tail[2]!.split(','),
  };
}

const canonical = (name: string): Controller => (name === 'blkio' ? 'io' : name) as Controller;

const NOT_CONTROLLERS = new Set(['rw', 'ro', 'xattr', 'noprefix', 'clone_children', 'release_agent', 'none']);

function hierarchyOf(mount: Mount, files: string): Hierarchy | undefined {
  const point = files + mount.point;
  const readOnly = mount.options.includes('ro') || mount.superOptions.includes('ro');
  if (mount.type === 'cgroup2') {
    const offered = exists(`${point}/cgroup.controllers`) ? readText(`${point}/cgroup.controllers`) : undefined;
    if (offered === undefined) return undefined; // another mount hides this one
    const controllers = [...V2_CORE, ...offered.split(/\s+/).filter(Boolean).map(canonical)];
    return { version: 2, mount: point, device: mount.device, controllers, readOnly };
  }
  if (mount.type !== 'cgroup' || !exists(`${point}/cgroup.procs`)) return undefined;
  const controllers = mount.superOptions.filter((it) => !NOT_CONTROLLERS.has(it) && !it.includes('=')).map(canonical);
  return { version: 1, mount: point, device: mount.device, controllers, readOnly };
}

/** A hierarchy may be mounted many times (in the file systems of containers); the ordinary place comes first. */
const rank = (it: Hierarchy, files: string): number => (it.mount.startsWith(`${files}/sys/fs/cgroup`) ? 0 : 1);

/**
 * Finds every hierarchy this process can see.
 * @param files - a directory to look at instead of `/` (with its own proc/self/mountinfo), for tests and other roots
 */
export function layout(files = ''): Layout {
  if (files !== '') return look(files);
  // Looking at a thousand containers must not mean reading a list of a thousand mounts each time.
  if (!latest || Date.now() - latest.at > 1000) latest = { at: Date.now(), found: look('') };
  return latest.found;
}

let latest: { at: number; found: Layout } | undefined;

const look = (files: string): Layout => asPlumbing(() => arrange(seenFrom(files)));

function seenFrom(files: string): Hierarchy[] {
  return readText(`${files}/proc/self/mountinfo`)
    .split('\n')
    .map(parseMount)
    .filter((it) => it !== undefined)
    .map((it) => hierarchyOf(it, files))
    .filter((it) => it !== undefined)
    .sort((a, b) => rank(a, files) - rank(b, files));
}

function arrange(seen: Hierarchy[]): Layout {
  const found: Layout = { kind: 'none', hierarchies: [], controllers: new Map() };
  const unified = seen.find((it) => it.version === 2);
  for (const it of seen.filter((one) => one.version === 1)) {
    if (found.hierarchies.some((one) => one.device === it.device)) continue;
    found.hierarchies.push(it);
    for (const name of it.controllers) found.controllers.set(name, it);
  }
  const legacy = found.controllers.size > 0;
  if (unified) {
    found.unified = unified;
    found.hierarchies.push(unified);
    for (const name of unified.controllers) if (!found.controllers.has(name)) found.controllers.set(name, unified);
    found.controllers.set('freezer', unified); // v2's freezer is preferred: a frozen process can still be killed
  }
  found.kind = legacy ? (unified ? 'hybrid' : 'v1') : unified ? 'v2' : 'none';
  return found;
}

/** Does this kernel count swap, so that it can be limited? v1 has a file for it at the top, v2 only in groups below, unless it is switched off. */
export function countsSwap(host: Layout = layout()): boolean {
  const memory = host.controllers.get('memory');
  if (memory?.version === 1) return exists(`${memory.mount}/memory.memsw.limit_in_bytes`);
  return memory !== undefined && exists('/proc/swaps') && !/\bswapaccount=0\b/.test(readText('/proc/cmdline'));
}

/** Readers of /proc, as another process sees it – see proc(5). They never fail for a process that has just ended: the answer is then undefined or empty. */
import * as fs from 'node:fs';

const text = (path: string): string | undefined => {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** One line of /proc/PID/mountinfo. */
export interface Mount {
  id: number;
  parent: number;
  /** major:minor */
  device: string;
  /** The part of the file system that is mounted. */
  root: string;
  target: string;
  options: string[];
  /** `shared:5`, `master:3` … empty for a private mount. */
  propagation: string[];
  type: string;
  source: string;
  superOptions: string[];
}

/** Blanks are written as \040 there, tabs as \011, newlines as \012, backslashes as \134. */
const unescapeField = (field: string): string =>
  field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

export function parseMountInfo(content: string): Mount[] {
  return content
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const [id, parent, device = '', root = '', target = '', options = '', ...propagation] = before.split(' ');
      const [type = '', source = '', superOptions = ''] = after.split(' ');
      return {
        id: Number(id),
        parent: Number(parent),
        device,
        root: unescapeField(root),
        target: unescapeField(target),
        options: options.split(','),
        propagation,
        type,
        source: unescapeField(source),
        superOptions: superOptions.split(','),
      };
    });
}

/** /proc/PID/mountinfo as it is. */
export const mountInfoOf = (pid: number | 'self'): string => text(`/proc/${pid}/mountinfo`) ?? '';

/** The mounts that a process sees. */
export const mountsOf = (pid: number | 'self'): Mount[] => parseMountInfo(mountInfoOf(pid));

/** The pairs of /proc/PID/status: `Name`, `NSpid`, `CapEff`, `NoNewPrivs`, `Seccomp` … */
export function statusOf(pid: number | 'self'): Map<string, string> {
  const lines = (text(`/proc/${pid}/status`) ?? '').split('\n').filter(Boolean);
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
}

export interface ProcessStat {
  /** R running, S sleeping, D waiting for a disk, Z zombie, T stopped … */
  state: string;
  parent: number;
  group: number;
  session: number;
  /** In clock ticks since the machine started: with the pid it names one process for ever. */
  startTime: string;
}

/** /proc/PID/stat. */
export function statOf(pid: number): ProcessStat | undefined {
  const content = text(`/proc/${pid}/stat`);
  if (!content) return undefined;
  // The name stands in parentheses and may hold anything: count from the last one.
  const fields = content.slice(content.lastIndexOf(')') + 2).split(' ');
  return {
    state: fields[0]!,
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    startTime: fields[19]!,
  };
}

/** Does this very process live (no zombie, and not another one that got its pid later)? */
export function isAlive(pid: number, startTime: string): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.startTime === startTime && !'ZX'.includes(stat.state);
}

/** The command line of a process, its arguments as they are. */
export const argumentsOf = (pid: number): string[] => (text(`/proc/${pid}/cmdline`) ?? '').split('\0').slice(0, -1);

/** The groups of a process: controller list (empty for version 2) and path, from /proc/PID/cgroup – see cgroups(7). */
export function cgroupsOf(pid: number | 'self'): { controllers: string[]; path: string }[] {
  return (text(`/proc/${pid}/cgroup`) ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [, controllers = '', ...path] = line.split(':');
      return { controllers: controllers.split(',').filter(Boolean), path: path.join(':') };
    });
}

/** Differs from one start of the machine to the next. */
export const bootId = (): string => (text('/proc/sys/kernel/random/boot_id') ?? '').trim();

/** How /proc/PID/limits calls each limit. */
const limitNames: Record<string, string> = {
  'Max cpu time': 'CPU',
  'Max file size': 'FSIZE',
  'Max data size': 'DATA',
  'Max stack size': 'STACK',
  'Max core file size': 'CORE',
  'Max resident set': 'RSS',
  'Max processes': 'NPROC',
  'Max open files': 'NOFILE',
  'Max locked memory': 'MEMLOCK',
  'Max address space': 'AS',
  'Max file locks': 'LOCKS',
  'Max pending signals': 'SIGPENDING',
  'Max msgqueue size': 'MSGQUEUE',
  'Max nice priority': 'NICE',
  'Max realtime priority': 'RTPRIO',
  'Max realtime timeout': 'RTTIME',
};

/** The limits of a process, by the names of getrlimit(2): numbers, or `unlimited`. */
export function limitsOf(pid: number | 'self'): Map<string, { soft: string; hard: string }> {
  const rows = (text(`/proc/${pid}/limits`) ?? '').split('\n').slice(1).filter(Boolean);
  return new Map(
    rows.map((row) => {
      const [soft = '', hard = ''] = row.slice(26).trim().split(/\s+/);
      return [`RLIMIT_${limitNames[row.slice(0, 26).trim()]}`, { soft, hard }];
    }),
  );
}

/** What a group has used. A number that this host does not keep is undefined, never 0. */
import { readText } from '../kernel/files.ts';
import type { Controller } from './layout.ts';
import { unlessRemoved } from './tree.ts';

/** A group's directory in the hierarchy that has a controller. */
export type Where = (controller: Controller) => { version: 1 | 2; directory: string } | undefined;

export interface CpuStatistics {
  /** Processor time in nanoseconds: all of it, of the program, of the kernel for it. */
  usage: number;
  user?: number;
  system?: number;
  /** Periods in which the group ran, and those in which its quota stopped it. */
  periods?: number;
  throttledPeriods?: number;
  /** How long it was stopped by its quota, in nanoseconds. */
  throttledTime?: number;
}

export interface MemoryStatistics {
  /** Bytes, the page cache included. */
  usage: number;
  /** The most it has been. */
  peak?: number;
  /** Absent: no limit. */
  limit?: number;
  /** Swap alone, in bytes. */
  swap?: number;
  anonymous?: number;
  fileCache?: number;
  /** Page cache that was not used lately: what `docker stats` takes off the usage. */
  inactiveFile?: number;
  /** How often the limit was reached, and how many processes the kernel killed for it. */
  limitHits?: number;
  oomKills?: number;
}

export interface PidsStatistics {
  current: number;
  limit?: number;
  /** How many forks the limit has refused. */
  refused?: number;
}

export interface IoStatistics {
  readBytes: number;
  writeBytes: number;
  readOperations: number;
  writeOperations: number;
}

/** How much of the time tasks had to wait for a resource, in per cent of the last 10, 60 and 300 s; total in microseconds. psi.rst. */
export interface Pressure {
  avg10: number;
  avg60: number;
  avg300: number;
  total: number;
}

export interface PressureStatistics {
  some: Pressure;
  full?: Pressure;
}

export interface Statistics {
  cpu?: CpuStatistics;
  memory?: MemoryStatistics;
  pids?: PidsStatistics;
  io?: IoStatistics;
  pressure: { cpu?: PressureStatistics; memory?: PressureStatistics; io?: PressureStatistics };
}

/** No limit in v1 is the greatest number of pages, written in bytes. */
const V1_UNLIMITED = 0x7fff_ffff_ffff_f000;

/** undefined also where the group is removed while we look. */
const read = (path: string): string | undefined => unlessRemoved(() => readText(path).trim());

function number(path: string): number | undefined {
  const text = read(path);
  return text === undefined || text === 'max' ? undefined : Number(text);
}

/** `name number` lines. */
function table(path: string): Map<string, number> {
  const lines = read(path)?.split('\n').filter(Boolean) ?? [];
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

/** Leaves out what is undefined. */
function only<T extends object>(values: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

const times = (value: number | undefined, factor: number): number | undefined =>
  value === undefined ? undefined : value * factor;

function cpuOf(where: Where): CpuStatistics | undefined {
  const quota = where('cpu');
  const account = where('cpuacct') ?? quota;
  if (!account) return undefined;
  const stat = table(`${(quota ?? account).directory}/cpu.stat`);
  const periods = { periods: stat.get('nr_periods'), throttledPeriods: stat.get('nr_throttled') };
  if (account.version === 2) {
    const own = table(`${account.directory}/cpu.stat`);
    return only<CpuStatistics>({
      usage: (own.get('usage_usec') ?? 0) * 1000,
      user: times(own.get('user_usec'), 1000),
      system: times(own.get('system_usec'), 1000),
      ...periods,
      throttledTime: times(stat.get('throttled_usec'), 1000) ?? stat.get('throttled_time'),
    });
  }
  return only<CpuStatistics>({
    usage: number(`${account.directory}/cpuacct.usage`) ?? 0,
    user: number(`${account.directory}/cpuacct.usage_user`),
    system: number(`${account.directory}/cpuacct.usage_sys`),
    ...periods,
    throttledTime: stat.get('throttled_time') ?? times(stat.get('throttled_usec'), 1000),
  });
}

function memoryOf(where: Where): MemoryStatistics | undefined {
  const place = where('memory');
  if (!place) return undefined;
  const { directory, version } = place;
  const stat = table(`${directory}/memory.stat`);
  if (version === 2) {
    const usage = number(`${directory}/memory.current`);
    if (usage === undefined) return undefined; // the controller was not handed down to this group
    const events = table(`${directory}/memory.events`);
    return only<MemoryStatistics>({
      usage,
      peak: number(`${directory}/memory.peak`),
      limit: number(`${directory}/memory.max`),
      swap: number(`${directory}/memory.swap.current`),
      anonymous: stat.get('anon'),
      fileCache: stat.get('file'),
      inactiveFile: stat.get('inactive_file'),
      limitHits: events.get('max'),
      oomKills: events.get('oom_kill'),
    });
  }
  const usage = number(`${directory}/memory.usage_in_bytes`) ?? 0;
  const withSwap = number(`${directory}/memory.memsw.usage_in_bytes`);
  const limit = number(`${directory}/memory.limit_in_bytes`);
  return only<MemoryStatistics>({
    usage,
    peak: number(`${directory}/memory.max_usage_in_bytes`),
    limit: limit !== undefined && limit < V1_UNLIMITED ? limit : undefined,
    swap: withSwap === undefined ? undefined : Math.max(0, withSwap - usage),
    anonymous: stat.get('total_rss'),
    fileCache: stat.get('total_cache'),
    inactiveFile: stat.get('total_inactive_file'),
    limitHits: number(`${directory}/memory.failcnt`),
    oomKills: table(`${directory}/memory.oom_control`).get('oom_kill'),
  });
}

function pidsOf(where: Where): PidsStatistics | undefined {
  const place = where('pids');
  if (!place) return undefined;
  const current = number(`${place.directory}/pids.current`);
  if (current === undefined) return undefined;
  return only<PidsStatistics>({
    current,
    limit: number(`${place.directory}/pids.max`),
    refused: table(`${place.directory}/pids.events`).get('max'),
  });
}

function ioOf(where: Where): IoStatistics | undefined {
  const place = where('io');
  if (!place) return undefined;
  const { directory, version } = place;
  if (version === 2) {
    const stat = read(`${directory}/io.stat`);
    if (stat === undefined) return undefined;
    const fields = stat.split(/\s+/);
    const sum = (key: string): number =>
      fields.reduce((total, it) => total + (it.startsWith(`${key}=`) ? Number(it.slice(key.length + 1)) : 0), 0);
    return {
      readBytes: sum('rbytes'),
      writeBytes: sum('wbytes'),
      readOperations: sum('rios'),
      writeOperations: sum('wios'),
    };
  }
  const sum = (file: string, kind: string): number =>
    [...table(`${directory}/${file}`)].reduce(
      (total, [name, value]) => total + (name.endsWith(` ${kind}`) ? value : 0),
      0,
    );
  const bytes = 'blkio.throttle.io_service_bytes_recursive';
  const operations = 'blkio.throttle.io_serviced_recursive';
  return {
    readBytes: sum(bytes, 'Read'),
    writeBytes: sum(bytes, 'Write'),
    readOperations: sum(operations, 'Read'),
    writeOperations: sum(operations, 'Write'),
  };
}

function pressureOf(path: string): PressureStatistics | undefined {
  let text: string | undefined;
  try {
    text = read(path);
  } catch {
    return undefined; // EOPNOTSUPP where the kernel was booted without PSI
  }
  const line = (kind: string): Pressure | undefined => {
    const found = new RegExp(`^${kind} avg10=([\\d.]+) avg60=([\\d.]+) avg300=([\\d.]+) total=(\\d+)$`, 'm').exec(
      text ?? '',
    );
    if (!found) return undefined;
    const [avg10, avg60, avg300, total] = found.slice(1).map(Number) as [number, number, number, number];
    return { avg10, avg60, avg300, total };
  };
  const some = line('some');
  return some && only<PressureStatistics>({ some, full: line('full') });
}

/** Reads everything; `unified` is the group's directory in the v2 hierarchy, which alone keeps the pressure. */
export function readStatistics(where: Where, unified: string | undefined): Statistics {
  const pressure = (of: string): PressureStatistics | undefined =>
    unified ? pressureOf(`${unified}/${of}.pressure`) : undefined;
  return only<Statistics>({
    cpu: cpuOf(where),
    memory: memoryOf(where),
    pids: pidsOf(where),
    io: ioOf(where),
    pressure: only<Statistics['pressure']>({ cpu: pressure('cpu'), memory: pressure('memory'), io: pressure('io') }),
  });
}

/** Limits: -m, --cpus … to `linux.resources` – see config-linux.md, "Control groups". */
import * as fs from 'node:fs';
import { countsSwap } from '../../cgroup/layout.ts';
import { UsageError } from '../../kernel/errors.ts';
import type { LinuxDeviceRule, LinuxResources, LinuxThrottleDevice } from '../../spec/resources.ts';
import type { RunOptions } from '../options.ts';
import { parseBytes, parseNumber } from '../quantities.ts';

/** Docker's period of processor time, in microseconds. */
const PERIOD = 100_000;
/** Below this not even the start of a program fits, and the kernel would have to kill whoever starts it. */
const LEAST_MEMORY = 6 * 2 ** 20;

const bytesOrNone = (text: string | number, option: string): number =>
  String(text) === '-1' ? -1 : parseBytes(text, option);

/** Memory and swap together, where only memory is said: twice as much, as Docker has it. Where swap is not counted there is no limit of it. */
const usualSwap = (limit: number | undefined): number | undefined =>
  limit !== undefined && countsSwap() ? 2 * limit : undefined;

function memoryOf(options: RunOptions): LinuxResources['memory'] {
  const { memory, memoryReservation, memorySwap, memorySwappiness, oomKillDisable } = options;
  const limit = memory === undefined ? undefined : parseBytes(memory, '--memory', { min: LEAST_MEMORY });
  const reservation =
    memoryReservation === undefined ? undefined : parseBytes(memoryReservation, '--memory-reservation');
  const swap = memorySwap === undefined ? undefined : bytesOrNone(memorySwap, '--memory-swap');
  if (swap !== undefined && limit === undefined)
    throw new UsageError(`--memory-swap: ${memorySwap} is memory and swap together, so --memory is needed too`, {
      remedy: 'add --memory',
    });
  if (swap !== undefined && limit !== undefined && swap >= 0 && swap < limit)
    throw new UsageError(`--memory-swap: ${memorySwap} is less than --memory ${memory}`, {
      remedy: 'it is memory and swap together: give at least as much',
    });
  if (reservation !== undefined && limit !== undefined && reservation > limit)
    throw new UsageError(`--memory-reservation: ${memoryReservation} is more than --memory ${memory}`, {
      remedy: 'reserve less',
    });
  return defined({
    limit,
    reservation,
    swap: swap ?? usualSwap(limit),
    swappiness:
      memorySwappiness === undefined
        ? undefined
        : parseNumber(memorySwappiness, '--memory-swappiness', { min: 0, max: 100, integer: true }),
    disableOOMKiller: oomKillDisable || undefined,
  });
}

function cpuOf(options: RunOptions): LinuxResources['cpu'] {
  const { cpus, cpuShares, cpuPeriod, cpuQuota, cpusetCpus, cpusetMems } = options;
  if (cpus !== undefined && (cpuPeriod !== undefined || cpuQuota !== undefined))
    throw new UsageError('--cpus and --cpu-period or --cpu-quota say the same', { remedy: 'leave one of them out' });
  const amount = cpus === undefined ? undefined : parseNumber(cpus, '--cpus', { min: 0.01, max: 4096 });
  const whole = (text: string | number | undefined, option: string, min: number, max: number): number | undefined =>
    text === undefined ? undefined : parseNumber(text, option, { min, max, integer: true });
  return defined({
    shares: whole(cpuShares, '--cpu-shares', 2, 262_144),
    period: amount === undefined ? whole(cpuPeriod, '--cpu-period', 1000, 1_000_000) : PERIOD,
    quota: amount === undefined ? whole(cpuQuota, '--cpu-quota', -1, 1e12) : Math.round(amount * PERIOD),
    cpus: cpusetCpus === undefined ? undefined : parseSet(cpusetCpus, '--cpuset-cpus'),
    mems: cpusetMems === undefined ? undefined : parseSet(cpusetMems, '--cpuset-mems'),
  });
}

/** `0-2,4` */
function parseSet(text: string, option: string): string {
  if (/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(text)) return text;
  throw new UsageError(`${option}: ${JSON.stringify(text)} is no list of numbers`, { remedy: 'write 0-2,4' });
}

function throttles(
  texts: readonly string[] | undefined,
  option: string,
  parse: (text: string) => number,
): LinuxThrottleDevice[] {
  return (texts ?? []).map((text) => {
    const at = text.lastIndexOf(':');
    const path = text.slice(0, at);
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    if (at < 1 || !stat?.isBlockDevice())
      throw new UsageError(`${option}: ${JSON.stringify(text)} names no block device`, {
        remedy: 'write /dev/sda:1mb',
      });
    return { ...deviceNumbers(stat.rdev), rate: parse(text.slice(at + 1)) };
  });
}

/** The two numbers in a dev_t – see makedev(3). */
export const deviceNumbers = (rdev: number): { major: number; minor: number } => ({
  major: (rdev >> 8) & 0xfff,
  minor: (rdev & 0xff) | ((rdev >> 12) & 0xfff00),
});

function blockIoOf(options: RunOptions): LinuxResources['blockIO'] {
  const bytes = (option: string) => (text: string) => parseBytes(text, option, { min: 1 });
  const count = (option: string) => (text: string) => parseNumber(text, option, { min: 1, max: 1e12, integer: true });
  const list = (
    texts: readonly string[] | undefined,
    option: string,
    parse: (option: string) => (text: string) => number,
  ) => (texts?.length ? throttles(texts, option, parse(option)) : undefined);
  return defined({
    weight:
      options.blkioWeight === undefined
        ? undefined
        : parseNumber(options.blkioWeight, '--blkio-weight', { min: 10, max: 1000, integer: true }),
    throttleReadBpsDevice: list(options.deviceReadBps, '--device-read-bps', bytes),
    throttleWriteBpsDevice: list(options.deviceWriteBps, '--device-write-bps', bytes),
    throttleReadIOPSDevice: list(options.deviceReadIops, '--device-read-iops', count),
    throttleWriteIOPSDevice: list(options.deviceWriteIops, '--device-write-iops', count),
  });
}

/** `c 1:3 rwm` – see docker-run(1), --device-cgroup-rule. */
export function parseDeviceRule(text: string): LinuxDeviceRule {
  const match = /^([abc]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(text);
  if (!match)
    throw new UsageError(`--device-cgroup-rule: ${JSON.stringify(text)} is no rule`, { remedy: 'write c 1:3 rwm' });
  const [, type, major, minor, access] = match as unknown as [string, 'a' | 'b' | 'c', string, string, string];
  return {
    allow: true,
    type,
    access,
    ...(major === '*' ? {} : { major: Number(major) }),
    ...(minor === '*' ? {} : { minor: Number(minor) }),
  };
}

/** Leaves out what is undefined; undefined when nothing is left. */
function defined<T extends object>(values: { [K in keyof T]?: T[K] | undefined }): T | undefined {
  const present = Object.entries(values).filter(([, value]) => value !== undefined);
  return present.length > 0 ? (Object.fromEntries(present) as T) : undefined;
}

/** The limits that options ask for. Used for a new container, and for `update` of a running one. */
export function compileResources(options: RunOptions): LinuxResources {
  const { pidsLimit } = options;
  return (
    defined<LinuxResources>({
      memory: memoryOf(options),
      cpu: cpuOf(options),
      pids:
        pidsLimit === undefined
          ? undefined
          : { limit: parseNumber(pidsLimit, '--pids-limit', { min: -1, max: 4_194_304, integer: true }) },
      blockIO: blockIoOf(options),
    }) ?? {}
  );
}

/**
 * From `linux.resources` to control files: which file of which controller gets which value. Nothing is written here, so that the whole
 * table can be read, tested and shown. What a version of the control groups does not have is an error, never left out.
 */
import { UsageError } from '../kernel/errors.ts';
import type { LinuxResources } from '../spec/resources.ts';
import type { Controller } from './layout.ts';
import { type Context, impossible, isSaid, type Setting } from './setting.ts';
import * as v1 from './settings-v1.ts';
import * as v2 from './settings-v2.ts';

/** The version of the hierarchy that has a controller; a missing controller throws. */
export type VersionOf = (controller: Controller, limit: string) => 1 | 2;

/**
 * The settings for these resources, in the order in which they have to be written. Device rules are not among them: they are no values
 * of files in v2 (device-rules.ts).
 */
export function settings(resources: LinuxResources, versionOf: VersionOf, context: Context): Setting[] {
  const { memory, cpu, pids, blockIO, hugepageLimits, network, rdma, unified } = resources;
  const list: Setting[] = [];
  const either = <T>(controller: Controller, value: T, limit: string, one: Table<T>, two: Table<T>): void => {
    list.push(...(versionOf(controller, limit) === 1 ? one : two)(value, context));
  };
  if (cpu && has(cpu.cpus, cpu.mems)) either('cpuset', cpu, 'cpu.cpus', v1.cpuset, v2.cpuset);
  if (memory && isAnyMemory(memory)) either('memory', memory, 'memory.limit', v1.memory, v2.memory);
  if (cpu && isAnyTime(cpu)) either('cpu', cpu, 'cpu limit', v1.cpu, v2.cpu);
  if (pids?.limit !== undefined) either('pids', pids, 'pids.limit', v1.pids, v2.pids);
  if (blockIO && Object.keys(blockIO).length > 0) either('io', blockIO, 'blockIO', v1.blockIO, v2.blockIO);
  if (hugepageLimits?.length) either('hugetlb', hugepageLimits, 'hugepageLimits', v1.hugepages, v2.hugepages);
  if (rdma && Object.keys(rdma).length > 0) either('rdma', rdma, 'rdma', v2.rdma, v2.rdma);
  if (network?.classID !== undefined)
    either('net_cls', network.classID, 'network.classID', v1.networkClass, v2.networkClass);
  if (network?.priorities?.length)
    either('net_prio', network.priorities, 'network.priorities', v1.networkPriorities, v2.networkPriorities);
  for (const [file, value] of Object.entries(unified ?? {})) list.push(raw(file, value, versionOf));
  return list;
}

type Table<T> = (value: T, context: Context) => Setting[];

const has = (...values: (string | undefined)[]): boolean => values.some((it) => it !== undefined && it !== '');

const isAnyMemory = (it: NonNullable<LinuxResources['memory']>): boolean =>
  [it.limit, it.reservation, it.swap, it.kernel, it.kernelTCP].some(isSaid) ||
  it.swappiness !== undefined ||
  it.disableOOMKiller === true;

const isAnyTime = (it: NonNullable<LinuxResources['cpu']>): boolean =>
  [it.shares, it.quota, it.period, it.burst, it.realtimePeriod, it.realtimeRuntime].some(isSaid) ||
  it.idle !== undefined;

/** A v2 file by its own name: `memory.high`, `memory.oom.group`, `cgroup.max.depth`. */
function raw(file: string, value: string, versionOf: VersionOf): Setting {
  if (!/^[a-z0-9_]+\.[A-Za-z0-9_.]+$/.test(file))
    throw new UsageError(`${JSON.stringify(file)} is not the name of a cgroup v2 control file`, {
      remedy: 'write a plain name, as memory.high',
    });
  const prefix = file.slice(0, file.indexOf('.'));
  const controller = (prefix === 'cgroup' ? 'freezer' : prefix) as Controller; // cgroup.* files are there without a controller
  if (versionOf(controller, file) === 1)
    impossible(
      file,
      `it is a cgroup v2 file, and this host has its ${prefix} controller on v1`,
      'use the v1 setting, or boot with systemd.unified_cgroup_hierarchy=1',
    );
  return { controller, limit: file, files: [file], value };
}

/** Do these resources ask for anything at all? */
export function isEmpty(resources: LinuxResources | undefined): boolean {
  if (!resources) return true;
  if (resources.devices?.length) return false;
  if (Object.keys(resources.unified ?? {}).length > 0) return false;
  return settings(resources, () => 1, { current: () => undefined }).length === 0;
}

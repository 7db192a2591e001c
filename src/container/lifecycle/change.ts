/** rename and update: what can be changed of a container that exists. */
import { Cgroup } from '../../cgroup/cgroup.ts';
import { UsageError } from '../../kernel/errors.ts';
import type { LinuxResources } from '../../spec/resources.ts';
import { parseRestart } from '../compile/policies.ts';
import { compileResources } from '../compile/resources.ts';
import { tell } from '../events.ts';
import type { RunOptions } from '../options.ts';
import { refuseLimits } from '../rootless.ts';
import { findId } from '../store/find.ts';
import { checkName, claimName, releaseName } from '../store/names.ts';
import { isRunning } from '../store/status.ts';
import { locked, readConfig, readContainer, writeConfig, writeRecord } from '../store/store.ts';
import { attributesOf } from './create.ts';

export async function rename(reference: string, name: string): Promise<string> {
  checkName(name);
  const id = findId(reference);
  await locked(id, async () => {
    const container = readContainer(id)!;
    const before = container.record.name;
    if (before === name) throw new UsageError(`the container is called ${name} already`, { exitCode: 1 });
    await claimName(name, id);
    writeRecord({ ...container, record: { ...container.record, name } });
    releaseName(before, id);
    tell('rename', id, { ...attributesOf(container), name, oldName: before });
  });
  return id;
}

/** What `update` can change. */
export type UpdateOptions = Pick<
  RunOptions,
  | 'memory'
  | 'memoryReservation'
  | 'memorySwap'
  | 'cpus'
  | 'cpuShares'
  | 'cpuPeriod'
  | 'cpuQuota'
  | 'cpusetCpus'
  | 'cpusetMems'
  | 'pidsLimit'
  | 'blkioWeight'
  | 'restart'
>;

/** The old limits with the new ones over them. */
function merge(before: LinuxResources, change: LinuxResources): LinuxResources {
  const merged = Object.entries(change).map(([key, value]) => [
    key,
    { ...(before[key as keyof LinuxResources] as object | undefined), ...(value as object) },
  ]);
  return { ...before, ...Object.fromEntries(merged) };
}

/** Memory, and memory and swap together, are one limit in two: where one is changed, the other is what it was. Swap that nobody chose follows memory. */
function withTheOther(limits: Omit<UpdateOptions, 'restart'>, before: LinuxResources['memory'] = {}): typeof limits {
  const { limit, swap } = before;
  if (limits.memorySwap !== undefined && limits.memory === undefined && limit) return { ...limits, memory: limit };
  const isChosen = swap !== undefined && swap !== 2 * (limit ?? 0);
  if (limits.memory !== undefined && limits.memorySwap === undefined && isChosen)
    return { ...limits, memorySwap: swap };
  return limits;
}

/** @throws UsageError where a limit is not possible, or the kernel refuses it: nothing is changed then */
export async function update(reference: string, options: UpdateOptions): Promise<string> {
  const id = findId(reference);
  await locked(id, () => {
    const container = readContainer(id)!;
    const config = readConfig(container);
    const { restart, ...limits } = options;
    const change = compileResources({ image: '', ...withTheOther(limits, config.linux.resources?.memory) });
    if (Object.keys(change).length > 0) {
      const path = config.linux.cgroupsPath;
      if (path === undefined) refuseLimits(change);
      else if (isRunning(container.state)) Cgroup.open(path).apply(change);
      config.linux.resources = merge(config.linux.resources ?? {}, change);
      writeConfig(container.directory, config);
    }
    if (restart !== undefined) {
      const policy = parseRestart(restart);
      if (container.record.remove && policy.name !== 'no')
        throw new UsageError('--restart: the container goes when it ends (--rm)', {
          remedy: 'leave --restart out',
          exitCode: 1,
        });
      writeRecord({ ...container, record: { ...container.record, restart: policy } });
    }
    tell('update', id, attributesOf(container));
  });
  return id;
}

/** container prune, system df. */
import { join } from 'node:path';
import { stateRoot } from '../paths.ts';
import { type Container, containers, statusOfContainer } from '../store/store.ts';
import { listVolumes, sizeOf, usersOf } from '../volumes.ts';
import { checkFilters } from './list.ts';
import { remove } from './stop.ts';

const isStopped = (it: Container): boolean => ['exited', 'created'].includes(statusOfContainer(it));

/** What the container has written, on the disk. */
export const containerSize = (it: Container): number => sizeOf(it.directory);

/** Filters of `prune`: `until` (milliseconds since 1970, as text) and `label`. */
const filters: Record<string, (it: Container, wanted: string) => boolean> = {
  until: ({ record }, wanted) => Date.parse(record.created) < Number(wanted),
  label: ({ record }, wanted) => {
    const [name = '', ...value] = wanted.split('=');
    return name in record.labels && (value.length === 0 || record.labels[name] === value.join('='));
  },
};

/** Removes every container that does not run. @returns their ids and how many bytes became free */
export async function prune(wanted: Record<string, string[]> = {}): Promise<{ removed: string[]; bytes: number }> {
  checkFilters(wanted, Object.keys(filters));
  const chosen = containers().filter(
    (it) =>
      isStopped(it) &&
      Object.entries(wanted).every(([key, values]) => values.some((value) => filters[key]!(it, value))),
  );
  const removed: string[] = [];
  let bytes = 0;
  for (const it of chosen) {
    const size = containerSize(it);
    try {
      removed.push(await remove(it.id));
      bytes += size;
    } catch (error) {
      // Somebody has started or removed it meanwhile.
      if (!(error instanceof Error && 'exitCode' in error)) throw error;
    }
  }
  return { removed, bytes };
}

export interface DiskUse {
  type: 'Images' | 'Containers' | 'Local Volumes';
  total: number;
  active: number;
  /** Bytes. */
  size: number;
  reclaimable: number;
}

export function diskUse(): DiskUse[] {
  const all = containers();
  const sizes = all.map((it) => ({ size: containerSize(it), stopped: isStopped(it) }));
  const volumes = listVolumes().map((it) => ({ size: sizeOf(it.Mountpoint), used: usersOf(it.Name).length > 0 }));
  const sum = (numbers: readonly { size: number }[]): number => numbers.reduce((total, it) => total + it.size, 0);
  return [
    { type: 'Images', total: 0, active: 0, size: sizeOf(join(stateRoot(), 'images')), reclaimable: 0 },
    {
      type: 'Containers',
      total: all.length,
      active: sizes.filter((it) => !it.stopped).length,
      size: sum(sizes),
      reclaimable: sum(sizes.filter((it) => it.stopped)),
    },
    {
      type: 'Local Volumes',
      total: volumes.length,
      active: volumes.filter((it) => it.used).length,
      size: sum(volumes),
      reclaimable: sum(volumes.filter((it) => !it.used)),
    },
  ];
}

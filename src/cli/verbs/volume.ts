/** volume create, ls, inspect, rm. */
import {
  createVolume,
  inspectVolume,
  listVolumes,
  removeVolume,
  usersOf,
  type VolumeInfo,
} from '../../container/volumes.ts';
import { formatRows } from '../../view/rows.ts';
import type { Verb } from '../definition.ts';
import { matchesLabel, parseFilters } from '../filters.ts';
import { forEach } from '../for-each.ts';
import { pairs } from '../pairs.ts';
import { printObjects } from '../print-objects.ts';
import { say } from '../say.ts';

export const create: Verb = async ({ flags, args: [name] }) => {
  say(createVolume(name, pairs(flags.all('label'), '--label', '')).Name);
  return 0;
};

const matchers: Record<string, (volume: VolumeInfo, wanted: string) => boolean> = {
  name: (it, wanted) => it.Name.includes(wanted),
  driver: (_, wanted) => wanted === 'local',
  label: (it, wanted) => matchesLabel(it.Labels, wanted),
  dangling: (it, wanted) => (usersOf(it.Name).length === 0) === ['true', '1'].includes(wanted),
};

const columns = [
  { field: 'Driver', title: 'DRIVER' },
  { field: 'Name', title: 'VOLUME NAME' },
];

export const list: Verb = async ({ flags }) => {
  const filters = Object.entries(parseFilters(flags.all('filter'), Object.keys(matchers)));
  const rows = listVolumes()
    .filter((volume) => filters.every(([name, wanted]) => wanted.some((it) => matchers[name]!(volume, it))))
    .map(({ Name, Driver, Mountpoint, Scope, Labels }) => ({
      Name,
      Driver,
      Mountpoint,
      Scope,
      Labels: Object.entries(Labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(','),
    }));
  const quiet = flags.on('quiet') ? 'Name' : undefined;
  say(formatRows(rows, columns, { format: flags.text('format'), quiet }));
  return 0;
};

export const inspect: Verb = async ({ flags, args }) =>
  await printObjects(args, flags.text('format'), (name) => inspectVolume(name));

export const remove: Verb = async ({ flags, args }) =>
  await forEach(args, async (name) => removeVolume(name, { force: flags.on('force') }));

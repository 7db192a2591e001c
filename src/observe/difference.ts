/** What is different between two looks at a process: only what changed. Pure. */
import type { Mount } from '../kernel/proc.ts';
import { type Area, areas, type Facts, type Values } from './facts.ts';

/** One thing that changed. Without `before` it is new; without `after` it is gone. */
export interface Change {
  area: Area | 'mounts';
  what: string;
  before?: string;
  after?: string;
}

function changeOf(area: Change['area'], what: string, before?: string, after?: string): Change {
  return {
    area,
    what,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

function valueChanges(area: Area, before: Values, after: Values): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => (before[name] || undefined) !== (after[name] || undefined))
    .map((name) => changeOf(area, name, before[name] || undefined, after[name] || undefined));
}

/** Type, source, options of a mount in a line. */
const describe = (it: Mount): string =>
  [it.type, it.source === it.type ? '' : it.source, it.options.join(','), it.propagation.join(' ')]
    .filter(Boolean)
    .join(' ');

/** Mounts are known by their id inside one namespace; in a copy of it they have new ids, and are known by place and content. */
function mountChanges(before: Facts, after: Facts): Change[] {
  const same = before.mountNamespace === after.mountNamespace;
  const keyOf = (it: Mount): string => (same ? String(it.id) : `${it.target}\0${it.device}\0${it.root}`);
  const old = new Map(before.mounts.map((it) => [keyOf(it), it]));
  const changes: Change[] = [];
  for (const now of after.mounts) {
    const was = old.get(keyOf(now));
    old.delete(keyOf(now));
    if (!was) changes.push(changeOf('mounts', now.target, undefined, describe(now)));
    else if (was.target !== now.target) changes.push(changeOf('mounts', `moved: ${now.type}`, was.target, now.target));
    else if (describe(was) !== describe(now))
      changes.push(changeOf('mounts', now.target, describe(was), describe(now)));
  }
  return [...changes, ...[...old.values()].map((it) => changeOf('mounts', it.target, describe(it)))];
}

/** Of a process that may not be looked into, these are known still. */
const open: readonly Area[] = ['user', 'privileges'];

/** The changes from one look to the next, area by area. */
export function difference(before: Facts, after: Facts): Change[] {
  if (after.ended) return before.ended ? [] : [changeOf('process', 'state', 'living', 'ended')];
  const hidden = before.hidden || after.hidden;
  const seen = (hidden ? open : areas).flatMap((area) => valueChanges(area, before.areas[area], after.areas[area]));
  return hidden ? seen : [...seen, ...mountChanges(before, after)];
}

/** The processes of a box as a tree, and its namespaces beside the host's. */
import type { Cable } from '../observe/cables.ts';
import type { MapProcess, ProcessMap } from '../observe/map.ts';
import { paint } from './colour.ts';
import { printable } from './printable.ts';
import { plainTable } from './table.ts';
import { cut, widthOf } from './wrap.ts';

function line(it: MapProcess, mark: string): string {
  const inside = it.inside === undefined ? '' : ` (${it.inside} inside)`;
  return cut(`  ${mark} ${it.pid}${inside}  ${printable(it.what)}`, widthOf());
}

/** A cable, and where it goes through from one namespace to the other. */
function drawing({ link, addresses, end, bridge, gateway }: Cable): string {
  const inside = [link, ...addresses].join(' ');
  const outside = bridge === undefined ? [end] : [end, '──', bridge, ...gateway];
  return cut(`  ${inside} ══╪══ ${outside.join(' ')}`, widthOf());
}

export function mapText({ processes, namespaces, cables }: ProcessMap): string {
  const tree = processes.map((it, i) => line(it, i === processes.length - 1 ? '└─' : '├─'));
  const rows = namespaces
    .filter(({ host }) => host !== undefined)
    .map(({ kind, host, container }) => [kind, host, container === host ? "the host's" : (container ?? '–')]);
  const [head, ...lines] = plainTable(['namespace', 'host', 'container'], rows).split('\n');
  return [
    `node ${process.pid}`,
    ...(tree.length > 0 ? tree : ['  (the process has ended)']),
    '',
    paint('dim', head!),
    ...lines,
    ...(cables.length > 0 ? ['', paint('dim', 'container ══╪══ host'), ...cables.map(drawing)] : []),
  ].join('\n');
}

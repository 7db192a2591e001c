/** What changed in the kernel, as a table: only what changed. */
import { capabilityNames } from '../kernel/capabilities.ts';
import type { Change } from '../observe/difference.ts';
import { paint } from './colour.ts';
import { plainTable } from './table.ts';
import { cut, shorten, widthOf } from './wrap.ts';

/** More mounts than these at once are counted, not listed. */
const MANY = 8;

type Row = [area: string, what: string, before: string, after: string];

/** A mask of capabilities as /proc/PID/status has it: their number and their names. */
function capabilityText(mask: string): string {
  if (!/^[0-9a-f]{16}$/.test(mask)) return mask;
  const names = capabilityNames(BigInt(`0x${mask}`)).map((it) => it.replace('CAP_', ''));
  return names.length > 20 || names.length === 0 ? `${names.length}` : `${names.length}: ${names.join(' ')}`;
}

const rowOf = (it: Change): Row => [it.area, it.what, it.before ?? '–', it.after ?? 'gone'];

function mountRows(mounts: readonly Change[]): Row[] {
  const isNew = (it: Change): boolean => it.before === undefined;
  const isGone = (it: Change): boolean => it.after === undefined;
  const groups: [Change[], string][] = [
    [mounts.filter(isNew), 'new'],
    [mounts.filter((it) => !isNew(it) && !isGone(it)), 'changed'],
    [mounts.filter(isGone), 'gone'],
  ];
  return groups.flatMap(([group, word]) => {
    const shown = group.slice(0, MANY).map(rowOf);
    const rest = group.length - shown.length;
    return rest > 0 ? [...shown, ['mounts', `… and ${rest} more`, '', word] as Row] : shown;
  });
}

/** Values that changed alike stand in one row: ten hierarchies, one group. */
function together(rows: readonly Row[]): Row[] {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const [area, what, before, after] = row;
    const key = `${area}\0${before}\0${after}`;
    const first = found.get(key);
    if (first) first[1] += `, ${what}`;
    else found.set(key, [...row]);
  }
  return [...found.values()];
}

/** The name of an area stands at its first row only. */
const withoutRepeats = (rows: readonly Row[]): Row[] =>
  rows.map((row, i) => (rows[i - 1]?.[0] === row[0] ? ['', row[1], row[2], row[3]] : row));

/** Makes every row fit: the last two columns share what the first two leave. */
function fitted(rows: readonly Row[]): Row[] {
  const longest = (column: number): number => Math.max(6, ...rows.map((row) => row[column]!.length));
  const what = Math.min(longest(1), Math.floor(widthOf() / 3));
  // Two blanks in front, three gaps of three.
  const room = Math.max(24, widthOf() - 2 - longest(0) - what - 9);
  const half = Math.floor(room / 2);
  const before = Math.min(longest(2), Math.max(half, room - longest(3)));
  const after = Math.max(half, room - before);
  return rows.map(([area, name, was, is]) => [
    area,
    name.includes(', ') ? cut(name, what) : shorten(name, what),
    shorten(was, before),
    name.startsWith('/') ? shorten(is, after) : cut(is, after),
  ]);
}

/** @param names paths and the words that stand for them, so that lines stay short. */
export function changesText(
  changes: readonly Change[],
  names: readonly (readonly [path: string, word: string])[],
): string {
  const short = (text: string): string => names.reduce((made, [path, word]) => made.replaceAll(path, word), text);
  const isMount = (it: Change): boolean => it.area === 'mounts';
  const values = changes.filter((it) => !isMount(it)).map(rowOf);
  const readable = values.map(
    ([area, what, before, after]): Row =>
      area === 'privileges' ? [area, what, capabilityText(before), capabilityText(after)] : [area, what, before, after],
  );
  const rows = [...together(readable), ...mountRows(changes.filter(isMount))];
  const shown = rows.map((row) => row.map(short) as Row);
  const [head, ...lines] = plainTable(['in', 'what', 'before', 'after'], withoutRepeats(fitted(shown))).split('\n');
  return [paint('dim', head!), ...lines].map((line) => `  ${line}`).join('\n');
}

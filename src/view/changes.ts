/** What changed in the kernel, as a table: only what changed. */
import type { Change } from '../observe/difference.ts';
import { paint } from './colour.ts';
import { plainTable } from './table.ts';
import { shorten, widthOf } from './wrap.ts';

/** More mounts than these at once are counted, not listed. */
const MANY = 8;
const CELL = 44;

type Row = [area: string, what: string, before: string, after: string];

function rowOf(it: Change, short: (text: string) => string): Row {
  const limit = Math.max(24, Math.min(CELL, Math.floor((widthOf() - 36) / 2)));
  const cut = (text: string | undefined, absent: string): string =>
    text === undefined ? absent : shorten(short(text), limit);
  return [it.area, shorten(short(it.what), 28), cut(it.before, '–'), cut(it.after, 'gone')];
}

function mountRows(mounts: Change[], short: (text: string) => string): Row[] {
  const isNew = (it: Change): boolean => it.before === undefined;
  const isGone = (it: Change): boolean => it.after === undefined;
  const moved = mounts.filter((it) => !isNew(it) && !isGone(it));
  const groups: [Change[], string][] = [
    [mounts.filter(isNew), 'new'],
    [moved, 'changed'],
    [mounts.filter(isGone), 'gone'],
  ];
  return groups.flatMap(([group, word]) => {
    const shown = group.slice(0, MANY).map((it) => rowOf(it, short));
    const rest = group.length - shown.length;
    return rest > 0 ? [...shown, ['mounts', `… ${rest} more`, '', word] as Row] : shown;
  });
}

/** @param names paths and the words that stand for them, so that lines stay short. */
export function changesText(
  changes: readonly Change[],
  names: readonly (readonly [path: string, word: string])[],
): string {
  if (changes.length === 0) return paint('dim', '  nothing that can be seen from outside');
  const short = (text: string): string => names.reduce((made, [path, word]) => made.replaceAll(path, word), text);
  const mounts = changes.filter((it) => it.area === 'mounts');
  const rows = [
    ...changes.filter((it) => it.area !== 'mounts').map((it) => rowOf(it, short)),
    ...mountRows(mounts, short),
  ];
  const [head, ...lines] = plainTable(['in', 'what', 'before', 'after'], withoutRepeats(rows)).split('\n');
  return [paint('dim', head!), ...lines].map((line) => `  ${line}`).join('\n');
}

/** The name of an area stands at its first row only. */
const withoutRepeats = (rows: readonly Row[]): Row[] =>
  rows.map((row, i) => (i > 0 && rows[i - 1]![0] === row[0] ? ['', row[1], row[2], row[3]] : row));

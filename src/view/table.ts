/** Tables: Docker's plain columns for the command line, ruled ones for reading. The only importer of cli-table3. */
import CliTable from 'cli-table3';
import { type Colour, paint } from './colour.ts';
import { printable } from './printable.ts';

export type Cell = string | number | boolean | undefined | { text: string; colour: Colour };

const nothing = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

const GAP = 3;

/** A cell's text: control characters written out, lines kept where `lines` says so. */
function cell(value: Cell, lines: boolean): string {
  if (typeof value === 'object') return paint(value.colour, cell(value.text, lines));
  const text = value === undefined ? '' : String(value);
  return lines ? text.split('\n').map(printable).join('\n') : printable(text);
}

/** Letters that take one place each. Others (wide ones, signs that join) are measured by cli-table3. */
const isPlain = (text: string): boolean => /^[\x20-\x7e…]*$/.test(text);

/** Columns with three blanks between them and no rules, as Docker prints them. */
export function plainTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((it) => cell(it, false)));
  if (head.length === 0) return '';
  const lines = cells.every((row) => row.every(isPlain)) ? aligned(cells) : measured(cells);
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Five hundred rows in a millisecond: cli-table3 takes two hundred for them. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0));
  return rows.map((row) => row.map((text, column) => text.padEnd((widths[column] ?? 0) + GAP)).join(''));
}

function measured(rows: readonly (readonly string[])[]): string[] {
  const table = new CliTable({
    chars: nothing,
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [] },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString().split('\n');
}

/** A ruled table. Cells may have several lines. @param widths of columns whose words are to be wrapped; null leaves a column as wide as it is. */
export function ruledTable(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  options: { widths?: readonly (number | null)[] } = {},
): string {
  const table = new CliTable({
    head: head.map((it) => paint('bold', cell(it, false))),
    style: { head: [], border: [] },
    ...(options.widths ? { colWidths: [...options.widths], wordWrap: true } : {}),
  });
  table.push(...rows.map((row) => row.map((it) => cell(it, true))));
  return table.toString();
}

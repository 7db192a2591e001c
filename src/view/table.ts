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

/** Columns with three blanks between them and no rules, as Docker prints them. */
export function plainTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const table = new CliTable({
    chars: nothing,
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [] },
  });
  const cells = [head, ...rows].map((row) => row.map((it) => cell(it, false)));
  if (cells.every((row) => row.length === 0)) return '';
  table.push(...cells);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
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

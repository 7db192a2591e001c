/** A list as the person wants it: a table of the chosen columns, only the ids, `--format json` (one object a line), `--format table …`, `--format '{{…}}'`. */
import { printable } from './printable.ts';
import { plainTable } from './table.ts';
import { template } from './template.ts';

/** A row by its field names, all texts, as Docker's `--format` knows them. */
export type Row = Record<string, string | Record<string, string>>;

export interface Column {
  /** The field: `ID`. */
  field: string;
  /** Over the column: `CONTAINER ID`. */
  title: string;
}

const withoutHidden = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, it]) => typeof it === 'string'));

/** @returns the text to print, without a newline at its end; empty for nothing. */
export function formatRows(
  rows: readonly Row[],
  columns: readonly Column[],
  options: { format?: string | undefined; quiet?: string | undefined } = {},
): string {
  const { format = 'table', quiet } = options;
  if (quiet) return rows.map((row) => printable(String(row[quiet]))).join('\n');
  if (format === 'table')
    return plainTable(
      columns.map((it) => it.title),
      rows.map((row) => columns.map((it) => String(row[it.field] ?? ''))),
    );
  if (format === 'json') return rows.map((row) => JSON.stringify(withoutHidden(row))).join('\n');
  if (format.startsWith('table ')) return tableOf(rows, columns, format.slice(6));
  const line = template(format);
  return rows.map((row) => line(mapTexts(row, printable))).join('\n');
}

/** `table {{.ID}}\t{{.Names}}`: the titles come from the fields. */
function tableOf(rows: readonly Row[], columns: readonly Column[], format: string): string {
  const line = template(format);
  const titles = Object.fromEntries(
    [...Object.keys(rows[0] ?? {}), ...columns.map((it) => it.field)].map((field) => [
      field,
      columns.find((it) => it.field === field)?.title ?? field.toUpperCase(),
    ]),
  );
  const cells = [titles, ...rows.map((row) => mapTexts(row, printable))].map((row) => line(row).split('\t'));
  return plainTable(cells[0]!, cells.slice(1));
}

const mapTexts = (row: Row, change: (text: string) => string): Row =>
  Object.fromEntries(Object.entries(row).map(([key, it]) => [key, typeof it === 'string' ? change(it) : it]));

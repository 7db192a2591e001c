/** ps: the containers, as a table. */
import * as engine from '../../container/engine.ts';
import { UsageError } from '../../kernel/errors.ts';
import { formatRows } from '../../view/rows.ts';
import { containerRow, psColumns } from '../container-row.ts';
import type { Values, Verb } from '../definition.ts';
import { parseFilters } from '../filters.ts';
import { say } from '../say.ts';

/** How many of the last ones; undefined: all that fit. */
function lastOf(flags: Values): number | undefined {
  if (flags.on('latest')) return 1;
  const text = flags.text('last');
  if (text === undefined || text === '-1') return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--last: ${JSON.stringify(text)} is no number of containers`, { remedy: 'write one as 5' });
}

export const ps: Verb = async ({ flags }) => {
  const last = lastOf(flags);
  const filters = parseFilters(flags.all('filter'), engine.listFilters);
  const withSize = flags.on('size');
  const all = flags.on('all') || last !== undefined || filters.status !== undefined;
  const found = await engine.list({ all, filters, size: withSize });
  const rows = found.slice(0, last).map((it) => containerRow(it, !flags.on('no-trunc')));
  const columns = withSize ? [...psColumns, { field: 'Size', title: 'SIZE' }] : psColumns;
  say(formatRows(rows, columns, { format: flags.text('format'), quiet: flags.on('quiet') ? 'ID' : undefined }));
  return 0;
};

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
  const filters = parseFilters(flags.all('filter'));
  const found = await engine.list({ all: flags.on('all'), filters, ...(last === undefined ? {} : { last }) });
  const rows = found.map((it) => containerRow(it, !flags.on('no-trunc')));
  say(formatRows(rows, psColumns, { format: flags.text('format'), quiet: flags.on('quiet') ? 'ID' : undefined }));
  return 0;
};

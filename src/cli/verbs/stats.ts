/** stats: what containers use of the machine; on a terminal the table stays in its place. */
import * as tty from 'node:tty';
import * as engine from '../../container/engine.ts';
import { findContainer } from '../../container/store/find.ts';
import { formatRows, type Row } from '../../view/rows.ts';
import { binarySize, decimalSize } from '../../view/words.ts';
import type { Given, Verb } from '../definition.ts';
import { say, writeAll } from '../say.ts';

const columns = [
  { field: 'ID', title: 'CONTAINER ID' },
  { field: 'Name', title: 'NAME' },
  { field: 'CPUPerc', title: 'CPU %' },
  { field: 'MemUsage', title: 'MEM USAGE / LIMIT' },
  { field: 'MemPerc', title: 'MEM %' },
  { field: 'NetIO', title: 'NET I/O' },
  { field: 'BlockIO', title: 'BLOCK I/O' },
  { field: 'PIDs', title: 'PIDS' },
];

const known = (value: number | undefined, form: (value: number) => string): string =>
  value === undefined ? '--' : form(value);
const percent = (value: number): string => `${value.toFixed(2)}%`;
const both = (a: number | undefined, b: number | undefined, form: (value: number) => string): string =>
  `${known(a, form)} / ${known(b, form)}`;

const rowOf = (id: string, name: string, it: Partial<engine.Usage>, short: boolean): Row => ({
  ID: short ? id.slice(0, 12) : id,
  Container: short ? id.slice(0, 12) : id,
  Name: name,
  CPUPerc: known(it.cpuPercent, percent),
  MemUsage: both(it.memory, it.memoryLimit, binarySize),
  MemPerc: known(it.memoryPercent, percent),
  NetIO: both(it.receivedBytes, it.sentBytes, decimalSize),
  BlockIO: both(it.readBytes, it.writeBytes, decimalSize),
  PIDs: known(it.processes, String),
});

/** The containers that are asked for, as they are now. @throws UsageError for a name that there is not. */
async function chosen({ flags, args }: Given) {
  const all = await engine.list({ all: args.length > 0 || flags.on('all') });
  if (args.length === 0) return all;
  const ids = args.map((it) => findContainer(it).id);
  return all.filter((it) => ids.includes(it.id));
}

async function measure(given: Given): Promise<Row[]> {
  const short = !given.flags.on('no-trunc');
  const one = async ({ id, name, status }: engine.Summary): Promise<Row> => {
    if (status !== 'running' && status !== 'paused') return rowOf(id, name, {}, short);
    try {
      for await (const usage of engine.statistics(id, { once: true })) return rowOf(id, name, usage, short);
    } catch {
      // It has ended meanwhile.
    }
    return rowOf(id, name, {}, short);
  };
  return await Promise.all((await chosen(given)).map(one));
}

export const stats: Verb = async (given) => {
  const { flags } = given;
  const format = flags.text('format');
  const table = format === undefined || format.startsWith('table');
  for (;;) {
    const text = formatRows(await measure(given), columns, { format });
    // Home, and what was there before erased: the table stays in its place.
    if (!flags.on('no-stream') && table && tty.isatty(1)) writeAll(1, '\u001b[H\u001b[J');
    say(text);
    if (flags.on('no-stream')) return 0;
  }
};

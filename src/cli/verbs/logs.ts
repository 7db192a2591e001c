/** logs: what a container has written; its standard error goes to ours. */
import * as engine from '../../container/engine.ts';
import { UsageError } from '../../kernel/errors.ts';
import type { Values, Verb } from '../definition.ts';
import { writeAll } from '../say.ts';
import { parseMoment } from '../times.ts';

function tailOf(flags: Values): number | undefined {
  const text = flags.text('tail');
  if (text === undefined || text === 'all') return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`--tail: ${JSON.stringify(text)} is no number of lines`, { remedy: 'write one, or all' });
}

const moment = (flags: Values, name: string): number | undefined => {
  const text = flags.text(name);
  return text === undefined ? undefined : parseMoment(text, `--${name}`);
};

export const logs: Verb = async ({ flags, args: [name = ''] }) => {
  const options = Object.fromEntries(
    Object.entries({
      follow: flags.on('follow'),
      tail: tailOf(flags),
      since: moment(flags, 'since'),
      until: moment(flags, 'until'),
    }).filter(([, value]) => value !== undefined),
  );
  for await (const { stream, log, time } of engine.logs(name, options))
    writeAll(stream === 'stderr' ? 2 : 1, flags.on('timestamps') ? `${time} ${log}` : log);
  return 0;
};

/** What the program tells of itself, on standard error: quiet, unless --log-level asks for more; as text or one JSON object a line. */
import { UsageError } from '../kernel/errors.ts';
import { formatTrace, onTrace } from '../kernel/trace.ts';
import { printable } from '../view/printable.ts';
import type { Values } from './definition.ts';
import { tell } from './say.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;
const formats = ['text', 'json'] as const;

export type Level = (typeof levels)[number];

let least: Level = 'warn';
let format: (typeof formats)[number] = 'text';

const oneOf = <T extends string>(flag: string, text: string, values: readonly T[]): T => {
  const found = values.find((it) => it === text);
  if (found) return found;
  throw new UsageError(`--${flag}: there is no ${JSON.stringify(text)}`, {
    remedy: `write one of ${values.join(', ')}`,
  });
};

/** As the flags in front of the command say. @throws UsageError */
export function configureLog(flags: Values): void {
  if (flags.has('log-format')) format = oneOf('log-format', flags.text('log-format')!, formats);
  if (flags.on('debug')) least = 'debug';
  if (flags.has('log-level')) least = oneOf('log-level', flags.text('log-level')!, levels);
  if (least === 'debug')
    onTrace((it) => {
      if (it.plumbing) return;
      const { who, call, args, result, micros } = it;
      log('debug', formatTrace(it), { who, call, args, result, micros });
    });
}

/** Errors are told whatever the level; in a text the program's name stands in front, so that a pipeline's reader knows who speaks. */
export function log(level: Level, message: string, fields: Record<string, unknown> = {}): void {
  if (levels.indexOf(level) < levels.indexOf(least)) return;
  if (format === 'json') tell(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }));
  else tell(`minidocker: ${level === 'error' ? '' : `${level}: `}${printable(message)}`);
}

/** "Are you sure?": before much is removed at once. Without a terminal only --force says yes. */

import { readSync } from 'node:fs';
import * as tty from 'node:tty';
import { UsageError } from '../kernel/errors.ts';
import type { Values } from './definition.ts';
import { tell } from './say.ts';

/** @param what is going to happen, as a sentence. */
export function confirmed(flags: Values, what: string): boolean {
  if (flags.on('force')) return true;
  if (!tty.isatty(0))
    throw new UsageError('there is no terminal to ask on whether this is meant', { remedy: 'add --force' });
  tell(`WARNING! ${what}`);
  tell('Are you sure you want to continue? [y/N] (y and Enter)');
  const answer = Buffer.alloc(256);
  const length = readSync(0, answer);
  return /^y(es)?$/i.test(answer.toString('utf8', 0, length).trim());
}

/** Without a terminal: lines from standard input, one after another, until one fails. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { UsageError } from '../kernel/errors.ts';
import type { Shell } from './shell.ts';

/** @throws what the first failing line failed with; the lines after it are not run. */
export async function runScript(shell: Shell, input: Readable): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '.exit') return;
    await shell.feed(line);
  }
  if (shell.unfinished)
    throw new UsageError('the last piece of code is not finished', { remedy: 'close its brackets and quotes' });
}

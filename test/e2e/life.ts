/** What the end-to-end tests share: taking everything away again, through the command itself. */

import { expect } from 'vitest';
import { supervisorRuns } from '../../src/container/supervisor/client.ts';
import { until } from '../support.ts';
import { command, say } from './program.ts';

/** Removes every container; waits until the supervisor, which then has nothing to do, is gone. */
export async function tidyUp(): Promise<void> {
  const { stdout } = await command(['ps', '-aq', '--no-trunc']);
  const ids = stdout.split('\n').filter(Boolean);
  if (ids.length > 0) await command(['rm', '-f', '-v', ...ids]);
  await until(() => !supervisorRuns(), 30, 'the supervisor to go');
}

/** The command has to fail so. */
export const fails = async (code: number, message: RegExp, ...args: string[]): Promise<void> => {
  const ended = await command(args);
  expect({ args, ...ended }).toMatchObject({ args, code, stderr: expect.stringMatching(message) });
};
/** A part of what inspect says: `.State.Pid`. */
export const field = (name: string, path: string): Promise<string> => say('inspect -f', `{{${path}}}`, name);

export const status = (name: string): Promise<string> => field(name, '.State.Status');

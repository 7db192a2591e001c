/** completion: a script for bash, zsh or fish, made from the table of commands. */
import { UsageError } from '../../kernel/errors.ts';
import { shells } from '../completion/shells.ts';
import type { Verb } from '../definition.ts';
import { say } from '../say.ts';

export const completion: Verb = async ({ args }) => {
  const [name = ''] = args;
  const script = Object.hasOwn(shells, name) ? shells[name as keyof typeof shells] : undefined;
  if (!script)
    throw new UsageError(`completion: there is none for ${JSON.stringify(name)}`, {
      remedy: `for ${Object.keys(shells).join(', ')}`,
    });
  say(script());
  return 0;
};

/** Every command of the command line. */
import type { Command, Flag } from '../definition.ts';
import { containerVerbs } from './container-verbs.ts';
import { lookingVerbs } from './looking-verbs.ts';
import { systemVerbs } from './system-verbs.ts';

export const commands: readonly Command[] = [...containerVerbs, ...lookingVerbs, ...systemVerbs];

/** Flags in front of the command. */
export const globalFlags: readonly Flag[] = [
  { name: 'debug', short: 'D', text: 'the same as --log-level debug' },
  {
    name: 'log-level',
    short: 'l',
    value: 'LEVEL',
    text: 'debug, info, warn or error: what the program tells of itself; warn is usual',
  },
  { name: 'log-format', value: 'FORMAT', text: 'text or json', own: true },
  { name: 'version', short: 'v', text: 'print the version' },
];

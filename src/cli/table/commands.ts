/** Every command of the command line. */
import type { Command } from '../definition.ts';
import { containerFlags, lookingFlags } from './run-flags.ts';

export const commands: readonly Command[] = [
  {
    name: 'run',
    usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
    summary: 'make a container and run a program in it',
    flags: [...containerFlags, ...lookingFlags],
    min: 1,
    program: true,
    container: true,
    examples: [
      'minidocker run --rm -it host',
      'minidocker run --rm --memory 64m host sh -c "cat /sys/fs/cgroup/memory*/memory.limit_in_bytes"',
      'minidocker run /bin/bash /bin/bash',
      'minidocker run --dry-run host true',
    ],
    completes: 'image',
    load: () => import('../verbs/run.ts'),
  },
  {
    name: 'version',
    usage: '[OPTIONS]',
    summary: 'print the version',
    flags: [{ name: 'format', short: 'f', value: 'FORMAT', text: 'json, or a template as {{.Client.Version}}' }],
    min: 0,
    max: 0,
    anyone: true,
    load: () => import('../verbs/version.ts'),
  },
  {
    name: 'help',
    usage: '[COMMAND]',
    summary: 'print what there is, or how a command is used',
    flags: [],
    min: 0,
    max: 2,
    anyone: true,
    completes: 'command',
    load: () => import('../verbs/help.ts'),
  },
];

/** Flags in front of the command. */
export const globalFlags: Command['flags'] = [
  {
    name: 'log-level',
    short: 'l',
    value: 'LEVEL',
    text: 'debug, info, warn or error: what the program tells of itself',
  },
  { name: 'log-format', value: 'FORMAT', text: 'text or json', own: true },
  { name: 'version', short: 'v', text: 'print the version' },
];

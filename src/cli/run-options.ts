/** Flags become what the container's configuration is made of. */
import type { RunOptions } from '../container/options.ts';
import type { Given } from './definition.ts';

type Key = keyof RunOptions;

/** Flags with one value, each with the option it fills. */
const texts: Record<string, Key> = {
  name: 'name',
  hostname: 'hostname',
  workdir: 'workdir',
  memory: 'memory',
  cpus: 'cpus',
  'pids-limit': 'pidsLimit',
};

/** Flags that may be repeated. */
const lists: Record<string, Key> = { volume: 'volumes' };

/** Switches. */
const switches: Record<string, Key> = { tty: 'tty', interactive: 'interactive', 'read-only': 'readOnly' };

/** `-e NAME` alone takes the value that the variable has here; nothing where it has none. */
function variables(given: string[]): string[] {
  return given.flatMap((it) => {
    if (it.includes('=')) return [it];
    const value = process.env[it];
    return value === undefined ? [] : [`${it}=${value}`];
  });
}

/** What run and create were asked for. */
export function runOptions({ flags, args }: Given): RunOptions {
  const [image = '', ...command] = args;
  const options: Record<string, unknown> = { image };
  if (command.length > 0) options.command = command;
  for (const [flag, key] of Object.entries(texts)) if (flags.has(flag)) options[key] = flags.text(flag);
  for (const [flag, key] of Object.entries(lists)) if (flags.has(flag)) options[key] = flags.all(flag);
  for (const [flag, key] of Object.entries(switches)) if (flags.has(flag)) options[key] = flags.on(flag);
  if (flags.has('env')) options.env = variables(flags.all('env'));
  return options as unknown as RunOptions;
}

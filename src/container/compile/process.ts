/** The program: its arguments, environment, directory – see config.md, "Process". */
import type { Image } from '../../image/image.ts';
import { UsageError } from '../../kernel/errors.ts';
import type { Config } from '../../spec/config.ts';
import { defaultPath } from '../../spec/defaults.ts';
import type { RunOptions } from '../options.ts';
import { linesOf } from './policies.ts';

/** What runs: Docker's rules for entrypoint and command. */
export function argumentsOf(options: RunOptions, image: Image): string[] {
  const { entrypoint, command = [] } = options;
  // An entrypoint takes the place of the image's program, and of its arguments.
  if (entrypoint) return [entrypoint, ...command];
  return command.length > 0 ? [...command] : [...image.command];
}

/** `NAME=value`, or `NAME` for what our own environment has. */
function variables(texts: readonly string[], option: string): string[] {
  return texts.flatMap((text) => {
    const name = text.split('=')[0]!;
    if (name === '' || /\s/.test(name) || text.includes('\0'))
      throw new UsageError(`${option}: ${JSON.stringify(text)} is no variable`, { remedy: 'write NAME=value' });
    if (text.includes('=')) return [text];
    const own = process.env[name];
    return own === undefined ? [] : [`${name}=${own}`];
  });
}

/** The last one of a name counts, at the place of the first. */
function merge(lists: readonly (readonly string[])[]): string[] {
  const merged = new Map<string, string>();
  for (const text of lists.flat()) merged.set(text.split('=')[0]!, text);
  return [...merged.values()];
}

function environment(config: Config, options: RunOptions, image: Image): string[] {
  const { hostname, process } = config;
  return merge([
    [defaultPath],
    hostname === undefined ? [] : [`HOSTNAME=${hostname}`],
    process.terminal ? ['TERM=xterm'] : [],
    image.environment,
    variables(linesOf(options.envFile, '--env-file'), '--env-file'),
    variables(options.env ?? [], '--env'),
  ]);
}

export function compileProcess(config: Config, options: RunOptions, image: Image): void {
  const { process } = config;
  process.terminal = options.tty ?? false;
  process.args = argumentsOf(options, image);
  process.env = environment(config, options, image);
  if (options.workdir !== undefined) process.cwd = options.workdir;
}

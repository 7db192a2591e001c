/** The program: its arguments, environment, directory, user, limits – see config.md, "Process". */
import type { Image } from '../../image/image.ts';
import { UsageError } from '../../kernel/errors.ts';
import type { Config, Rlimit } from '../../spec/config.ts';
import { defaultPath } from '../../spec/defaults.ts';
import type { RunOptions } from '../options.ts';
import { parseNumber } from '../quantities.ts';
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
    // The user's own, as the image's passwd says, where the user step finds it.
    ['HOME=/root'],
    image.environment,
    variables(linesOf(options.envFile, '--env-file'), '--env-file'),
    variables(options.env ?? [], '--env'),
  ]);
}

/** `uid[:gid]` at once; names are looked up in the root when there is one. */
export function compileUser(text: string): Config['process']['user'] {
  const match = /^(\d+)(?::(\d+))?$/.exec(text);
  const number = (digits: string): number =>
    parseNumber(digits, '--user', { min: 0, max: 4_294_967_294, integer: true });
  if (match?.[2] !== undefined) return { uid: number(match[1]!), gid: number(match[2]) };
  if (match) number(match[1]!);
  if (!/^[^:\s]+(:[^:\s]+)?$/.test(text))
    throw new UsageError(`--user: ${JSON.stringify(text)} is no user`, {
      remedy: 'write a name or number, and :group if need be',
    });
  return { uid: 0, gid: 0, username: text };
}

const limits =
  'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack as'.split(' ');

/** `name=soft[:hard]`; -1 and unlimited are no limit. */
function rlimitOf(text: string): Rlimit {
  const [name = '', values = ''] = text.split('=');
  const [soft, hard = soft, ...more] = values.split(':');
  const fail = (reason: string, remedy = 'write nofile=1024 or nofile=1024:2048'): never => {
    throw new UsageError(`--ulimit: ${JSON.stringify(text)}: ${reason}`, { remedy });
  };
  if (!limits.includes(name)) return fail(`${JSON.stringify(name)} is no limit`, `use one of ${limits.join(', ')}`);
  const number = (value: string | undefined): number => {
    if (value === '-1' || value === 'unlimited') return Number.POSITIVE_INFINITY;
    return value !== undefined && /^\d+$/.test(value)
      ? Number(value)
      : fail(`${JSON.stringify(value ?? '')} is no number`);
  };
  if (more.length > 0) fail('there are too many colons');
  if (number(soft) > number(hard)) fail('the soft limit is above the hard one');
  const finite = (value: number): number => (value === Number.POSITIVE_INFINITY ? Number.MAX_SAFE_INTEGER : value);
  return { type: `RLIMIT_${name.toUpperCase()}`, soft: finite(number(soft)), hard: finite(number(hard)) };
}

export function compileProcess(config: Config, options: RunOptions, image: Image): void {
  const { process } = config;
  process.terminal = options.tty ?? false;
  process.args = argumentsOf(options, image);
  process.env = environment(config, options, image);
  if (options.workdir !== undefined) process.cwd = options.workdir;
  if (options.user !== undefined && options.user !== '') process.user = compileUser(options.user);
  if (options.groupAdd?.length) {
    process.user.additionalGids = options.groupAdd.map((it) =>
      parseNumber(it, '--group-add', { min: 0, max: 4_294_967_294, integer: true }),
    );
  }
  if (options.ulimits?.length) process.rlimits = options.ulimits.map(rlimitOf);
  if (options.oomScoreAdj !== undefined)
    process.oomScoreAdj = parseNumber(options.oomScoreAdj, '--oom-score-adj', { min: -1000, max: 1000, integer: true });
}

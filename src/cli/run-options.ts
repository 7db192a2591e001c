/** Flags become what the container's configuration is made of. */
import type { RunOptions } from '../container/options.ts';
import type { Given, Values } from './definition.ts';

/** `memory-swap` is `memorySwap`. */
const camel = (flag: string): string => flag.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Options that are named for what they hold several of. */
const plurals: Record<string, keyof RunOptions> = {
  volume: 'volumes',
  mount: 'mounts',
  device: 'devices',
  ulimit: 'ulimits',
  sysctl: 'sysctls',
  label: 'labels',
  annotation: 'annotations',
};

/** Flags that are the command's own business. */
const own = new Set([
  'detach',
  'detach-keys',
  'sig-proxy',
  'cidfile',
  'dry-run',
  'print-config',
  'trace',
  'step',
  'rootless',
]);

/** The option that a flag fills; undefined for what is not the container's business. */
export const optionOf = (flag: string): string | undefined =>
  own.has(flag) ? undefined : (plurals[flag] ?? camel(flag));

function flagValue(flags: Values, name: string, flag: { many?: true; value?: string }): unknown {
  if (flag.many) return flags.all(name);
  return flag.value === undefined ? flags.on(name) : flags.text(name);
}

/** What run and create were asked for. */
export function runOptions({ command, flags, args }: Given): RunOptions {
  const [image = '', ...program] = args;
  const given = command.flags.filter((it) => flags.has(it.name));
  const options = given.flatMap((flag) => {
    const option = optionOf(flag.name);
    return option === undefined ? [] : [[option, flagValue(flags, flag.name, flag)] as const];
  });
  return { image, ...(program.length > 0 ? { command: program } : {}), ...Object.fromEntries(options) };
}

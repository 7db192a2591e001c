/** What was asked for, compiled to the configuration of the runtime specification. Pure but for what it has to look up: nothing is made here. */

import type { Image } from '../image/image.ts';
import { UsageError } from '../kernel/errors.ts';
import type { Config } from '../spec/config.ts';
import { defaultConfig } from '../spec/defaults.ts';
import type { RunOptions } from './options.ts';
import { cgroupParent } from './paths.ts';
import { applyPrivileges } from './privileges.ts';
import { parseBytes, parseNumber } from './quantities.ts';

/** Docker's period of processor time, in microseconds. */
const PERIOD = 100_000;
/** Below this not even the start of a program fits, and the kernel would have to kill whoever starts it. */
const LEAST_MEMORY = 6 * 2 ** 20;

const nameOf = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** @throws UsageError for a name that Docker would refuse too. */
export function checkName(name: string): string {
  if (nameOf.test(name) && name.length <= 128) return name;
  throw new UsageError(`--name: ${JSON.stringify(name)} is no name`, {
    remedy: 'begin with a letter or digit, go on with letters, digits, _ . and -, 128 at most',
  });
}

/** @param id of the container: its first twelve characters are the host name where none is given. */
export function compile(options: RunOptions, image: Image, id: string, rootPath: string): Config {
  const args = options.command?.length ? options.command : image.command;
  const config = defaultConfig(args, rootPath);
  if (options.name !== undefined) checkName(options.name);
  config.hostname = options.hostname ?? id.slice(0, 12);
  config.process.terminal = options.tty ?? false;
  config.process.env.push(
    `HOSTNAME=${config.hostname}`,
    ...(options.tty ? ['TERM=xterm'] : []),
    'HOME=/root',
    ...(options.env ?? []),
  );
  if (options.workdir !== undefined) config.process.cwd = options.workdir;
  if (options.readOnly) config.root.readonly = true;
  const resources: NonNullable<Config['linux']['resources']> = { ...config.linux.resources };
  if (options.memory !== undefined)
    resources.memory = { limit: parseBytes(options.memory, '--memory', { min: LEAST_MEMORY }) };
  if (options.cpus !== undefined) {
    const cpus = parseNumber(options.cpus, '--cpus', { min: 0.01, max: 4096 });
    resources.cpu = { period: PERIOD, quota: Math.round(cpus * PERIOD) };
  }
  if (options.pidsLimit !== undefined)
    resources.pids = {
      limit: parseNumber(options.pidsLimit, '--pids-limit', { min: -1, max: 4_194_304, integer: true }),
    };
  config.linux.resources = resources;
  config.linux.cgroupsPath = `${cgroupParent()}/${id}`;
  applyPrivileges(config, options);
  for (const it of options.volumes ?? []) config.mounts.push(parseVolume(it));
  return config;
}

function parseVolume(text: string): Config['mounts'][number] {
  const [source = '', target = '', mode = 'rw', ...more] = text.split(':');
  if (!source.startsWith('/') || !target.startsWith('/') || more.length > 0) {
    throw new UsageError(`-v: ${JSON.stringify(text)} is no volume`, {
      remedy: 'write /source:/target or /source:/target:ro',
    });
  }
  return { destination: target, source, type: 'bind', options: ['rbind', 'rprivate', mode] };
}

/** --init: a small first process that reaps orphans and hands signals on. One of the host's is bound into the container – see tini(1), catatonit(1). */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../kernel/errors.ts';
import type { Config } from '../../spec/config.ts';

/** Those that are linked statically first: they need nothing of the image. */
const programs = ['docker-init', 'catatonit', 'tini-static', 'tini'];
const directories = [
  '/usr/libexec/docker',
  '/usr/libexec/podman',
  '/usr/local/bin',
  '/usr/bin',
  '/bin',
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
];

/** Where it is seen inside, as Docker has it. */
const PLACE = '/sbin/docker-init';

export function findInit(exists: (path: string) => boolean = fs.existsSync): string | undefined {
  return programs.flatMap((name) => directories.map((directory) => join(directory, name))).find(exists);
}

/** @throws UsageError where this host has none */
export function compileInit(config: Config, program = findInit()): void {
  if (program === undefined)
    throw new UsageError('--init: this host has no small first process to put in', {
      remedy: `install one (${programs.join(', ')}), or run a shell as the first process: it reaps too`,
    });
  config.mounts.push({ destination: PLACE, source: program, type: 'bind', options: ['bind', 'rprivate', 'ro'] });
  config.process.args = [PLACE, '--', ...config.process.args];
}

/** SELinux labels for the files of volumes, so that the container may use them: `:z` and `:Z` of -v – see lsetxattr(2), chcon(1). */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../kernel/errors.ts';
import { readText } from '../../kernel/files.ts';
import { setFileLabel } from '../../kernel/security-modules.ts';
import type { Config } from '../../spec/config.ts';
import { mountLabelOf } from '../../steps/mount-label.ts';
import type { RunOptions } from '../options.ts';
import { sharedFileLabel } from '../selinux.ts';
import { pathOf } from './root.ts';

/** Whoever gave these a container's label would lock the host out of its own files. */
const theHosts = ['/', '/bin', '/boot', '/dev', '/etc', '/home', '/lib', '/lib64', '/opt', '/proc', '/root', '/run'];
theHosts.push('/sbin', '/srv', '/sys', '/tmp', '/usr', '/usr/bin', '/usr/lib', '/var', '/var/lib', '/var/log');

/** People's homes, as a whole. */
function homes(): string[] {
  const lines = readText('/etc/passwd')
    .split('\n')
    .map((it) => it.split(':'));
  return lines.flatMap(([, , uid, , , home]) => (home && Number(uid) >= 1000 ? [home] : []));
}

/** A file, and what is below a directory. What is in it may be exchanged for a link meanwhile: no link is followed. */
function relabel(path: string, label: string): void {
  setFileLabel(path, label);
  if (!fs.lstatSync(path).isDirectory()) return;
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants;
  const fd = fs.openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    for (const name of fs.readdirSync(pathOf(fd))) relabel(join(pathOf(fd), name), label);
  } finally {
    fs.closeSync(fd);
  }
}

/** The files of a new volume are the container's. */
export function labelVolume(data: string, config: Config): void {
  if (mountLabelOf(config) !== undefined) relabel(data, sharedFileLabel(config));
}

/**
 * `:z` makes files usable for every container, `:Z` for this one alone. Nothing happens where the container has no label, or SELinux is not in force.
 * @throws UsageError for directories of the host's own
 */
export function relabelVolumes(config: Config, { volumes = [] }: RunOptions): void {
  const own = mountLabelOf(config);
  if (own === undefined) return;
  for (const text of volumes) {
    const [, destination, words = ''] = text.split(':');
    const word = words.split(',').findLast((it) => it === 'z' || it === 'Z');
    const source = config.mounts.find((it) => it.destination === destination)?.source;
    if (word === undefined || source === undefined) continue;
    const real = fs.realpathSync(source);
    if ([...theHosts, ...homes()].includes(real))
      throw new UsageError(
        `-v: ${JSON.stringify(text)}: ${real} is the host's own, and gets no label of a container's`,
        {
          remedy: `leave ${word} out, or bind a directory of its own`,
        },
      );
    relabel(real, word === 'z' ? sharedFileLabel(config) : own);
  }
}

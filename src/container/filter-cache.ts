/**
 * Compiled seccomp filters as files in the state directory, so that the next start of a container need not compile the same one. A file is believed only when it
 * is ours and nobody else could have written it.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { libseccompVersion } from '../kernel/libseccomp.ts';
import type { Seccomp } from '../spec/config.ts';
import { type FilterStore, keepFilters, type SeccompFilter } from '../spec/seccomp-filter.ts';
import { stateRoot } from './paths.ts';

/** To be counted up when compiling changes. */
const FORMAT = 1;

function fileOf(directory: string, config: Seccomp): string {
  const key = [FORMAT, process.arch, libseccompVersion(), JSON.stringify(config)].join('\n');
  return join(directory, `${createHash('sha256').update(key).digest('hex')}.json`);
}

/** Reads a file that only we can have written; undefined for any other. */
function readOwn(path: string): string | undefined {
  let fd: number;
  try {
    fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const { uid, mode } = fs.fstatSync(fd);
    const isOurs = uid === process.getuid?.() && (mode & 0o170777) === 0o100600;
    return isOurs ? fs.readFileSync(fd, 'utf8') : undefined;
  } finally {
    fs.closeSync(fd);
  }
}

function parse(text: string | undefined): SeccompFilter | undefined {
  try {
    const { program, unknown } = JSON.parse(text ?? 'null') as { program: string; unknown: string[] };
    const bytes = Buffer.from(program, 'base64');
    return bytes.length > 0 && bytes.length % 8 === 0 ? { program: bytes, unknown } : undefined;
  } catch {
    return undefined;
  }
}

/** Written aside and renamed, so that nobody reads half of it. What cannot be written is compiled again next time. */
function write(path: string, directory: string, filter: SeccompFilter): void {
  const aside = `${path}.${process.pid}`;
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    fs.writeFileSync(aside, JSON.stringify({ ...filter, program: filter.program.toString('base64') }), {
      mode: 0o600,
      flag: 'wx',
    });
    fs.renameSync(aside, path);
  } catch {
    fs.rmSync(aside, { force: true });
  }
}

/** Files in this directory. */
export const filterStore = (directory: string): FilterStore => ({
  load: (config) => parse(readOwn(fileOf(directory, config))),
  save: (config, filter) => write(fileOf(directory, config), directory, filter),
});

/** Compiled filters are kept in the state directory from now on. */
export const keepFiltersInState = (): void => keepFilters(filterStore(join(stateRoot(), 'filters')));

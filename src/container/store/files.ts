/** State in files: whoever reads one sees all of the old or all of the new, whatever happens to the writer – see rename(2), fsync(2). */
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../../kernel/errors.ts';

/** What the file system may answer, and what one does about it. */
const remedies: Record<string, string> = {
  ENOSPC: 'the disk is full: make room, or set MINIDOCKER_ROOT to another place',
  EDQUOT: 'the quota is used up: make room, or set MINIDOCKER_ROOT to another place',
  EROFS: 'the file system is read-only: set MINIDOCKER_ROOT to a place that can be written',
  EACCES: 'run as root, or set MINIDOCKER_ROOT to a place of your own',
  EPERM: 'run as root, or set MINIDOCKER_ROOT to a place of your own',
};

/** The refusals of a full or read-only state root, in words. Others stay as they are. */
export function explainState<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const remedy = remedies[code];
    if (!remedy) throw error;
    throw new UsageError(`the state in ${path} cannot be written (${code})`, { remedy, cause: error });
  }
}

let counter = 0;

/** @param lasting is on the disk when this returns (fsync): for what a sudden end of the machine must not take. */
export function writeState(path: string, value: unknown, { lasting = true, mode = 0o600 } = {}): void {
  explainState(path, () => {
    const temporary = `${path}.${process.pid}.${counter++}`;
    const fd = fs.openSync(temporary, 'wx', mode);
    try {
      try {
        fs.writeFileSync(fd, typeof value === 'string' ? value : `${JSON.stringify(value)}\n`);
        if (lasting) fs.fsyncSync(fd);
      } finally {
        fs.closeSync(fd);
      }
      fs.renameSync(temporary, path);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
  });
}

/**
 * Makes a directory and those above it, whatever the umask is. Only we may look in where no mode is given: somebody else could run, with the rights of its owner, what a container
 * leaves there.
 */
export function makeStateDirectory(path: string, mode = 0o700): void {
  explainState(path, () => {
    try {
      if (fs.mkdirSync(path, { recursive: true, mode }) !== undefined) fs.chmodSync(path, mode);
    } catch (error) {
      // Node says so of a read-only file system too: the nearest directory that is there knows better.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') fs.accessSync(nearest(path), fs.constants.W_OK);
      throw error;
    }
  });
}

const nearest = (path: string): string => (fs.existsSync(path) ? path : nearest(dirname(path)));

/** A file of ours that cannot be understood: somebody, or a broken disk, has changed it. */
export class DamagedError extends UsageError {}

/** @returns undefined where there is no such file @throws DamagedError where it can't be understood */
export function readState<T>(path: string): T | undefined {
  let text: string;
  try {
    text = fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new DamagedError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      remedy: `remove the container: rm -f ${dirname(path).split('/').at(-1)?.slice(0, 12)}`,
      cause: error,
    });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) throw new SyntaxError('no object');
    return value as T;
  } catch (error) {
    throw new DamagedError(`${path} is damaged: it is no JSON any more`, {
      remedy: `remove the container: rm -f ${dirname(path).split('/').at(-1)?.slice(0, 12)}`,
      cause: error,
    });
  }
}

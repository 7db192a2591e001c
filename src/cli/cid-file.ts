/** `--cidfile`: the id of the new container in a file that must not be there yet. */
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { UsageError } from '../kernel/errors.ts';

function open(path: string): number {
  try {
    return openSync(path, 'wx', 0o644);
  } catch (error) {
    const there = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new UsageError(`--cidfile: ${path} ${there ? 'exists already' : 'cannot be written'}`, {
      remedy: there ? 'remove it, or name another file' : 'name a file in a directory that there is',
      cause: error,
    });
  }
}

/** Opens the file at once, before anything is made. @returns what writes the id; called without one it takes the file away again. Only the first call counts. */
export function writeCidFile(path: string | undefined): (id?: string) => void {
  if (path === undefined) return () => {};
  let fd: number | undefined = open(path);
  return (id) => {
    if (fd === undefined) return;
    if (id !== undefined) writeSync(fd, id);
    closeSync(fd);
    fd = undefined;
    if (id === undefined) unlinkSync(path);
  };
}

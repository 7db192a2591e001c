/** Files that a person names in an option: read up to a limit, so that a device or a huge file is one clear line. */
import * as fs from 'node:fs';
import { UsageError } from '../kernel/errors.ts';

const LIMIT = 1 << 20;

/** @param option the flag that named it, for the message. @throws UsageError where it cannot be read, or is larger than 1 MiB. */
export function readNamedFile(path: string, option: string): string {
  const parts: Buffer[] = [];
  let total = 0;
  try {
    const fd = fs.openSync(path, 'r');
    try {
      for (;;) {
        const part = Buffer.alloc(65536);
        const length = fs.readSync(fd, part);
        if (length === 0) break;
        parts.push(part.subarray(0, length));
        total += length;
        if (total > LIMIT)
          throw new UsageError(`${option}: ${path} is larger than 1 MiB`, { remedy: 'name another file' });
      }
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${option}: ${path} cannot be read (${code})`, {
      remedy: 'name a file of this host',
      cause: error,
    });
  }
  return Buffer.concat(parts).toString('utf8');
}

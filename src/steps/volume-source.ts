/** What a volume shows: a directory or file of the host's. */
import { isRefusal, UsageError } from '../kernel/errors.ts';
import type { Mount } from '../spec/config.ts';

/** @throws UsageError where it cannot be opened */
export function openSource(it: Mount, open: (path: string) => number): number {
  try {
    return open(it.source ?? '');
  } catch (error) {
    if (!isRefusal(error, 'ENOENT', 'ENOTDIR', 'EACCES')) throw error;
    throw new UsageError(
      `the source of the volume ${it.destination}, ${it.source}, cannot be opened (${(error as { meaning?: string }).meaning})`,
      {
        remedy: 'make it first, or name another',
        cause: error,
      },
    );
  }
}

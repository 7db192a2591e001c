/** What a supervisor that was killed had taken but not yet logged (a last line without an end), of a container that has ended meanwhile. */
import * as fs from 'node:fs';
import { isRefusal } from '../../kernel/errors.ts';
import type { LogLimits } from '../store/record.ts';
import { type Container, locked, readStateOf } from '../store/store.ts';
import { Collector } from './collector.ts';
import { openReadEnd, pipePath } from './fifo.ts';

/** For a container that has ended with nobody there to see it. Several may notice at once: one at a time. */
export async function collectLastWords({ id, directory, record, state }: Container): Promise<void> {
  try {
    await locked(id, () => {
      const now = readStateOf(id);
      if (now?.finishedAt === undefined && now?.process?.pid === state.process?.pid) collectRest(directory, record.log);
    });
  } catch (error) {
    // It was removed, or the disk is full: how it ended is told all the same.
    if (!(error instanceof Error && ('exitCode' in error || isRefusal(error, 'ENOSPC', 'EROFS', 'EDQUOT'))))
      throw error;
  }
}

function collectRest(directory: string, limits: LogLimits): void {
  if (!fs.existsSync(pipePath(directory, 'stdout'))) return;
  const collector = new Collector(directory, limits);
  try {
    for (const stream of ['stdout', 'stderr'] as const) {
      const fd = openReadEnd(directory, stream);
      while (collector.take(stream, fd) > 0);
      fs.closeSync(fd);
    }
    collector.finish();
  } finally {
    collector.close();
  }
}

/** Waiting for a container's end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { lastExitCode } from '../events.ts';
import { findContainer } from '../store/find.ts';
import { isRunning } from '../store/status.ts';
import { readContainer } from '../store/store.ts';
import { reconcileIfPossible } from './reconcile.ts';
import { untilEnded, untilWritten } from './signal.ts';

/** Whoever is responsible writes the exit code within this time, in milliseconds; else a crash has happened, and it is put right. */
const WRITTEN_WITHIN = 10_000;

/** @returns null when nobody knows */
export async function wait(reference: string, condition: 'not-running' | 'removed'): Promise<number | null> {
  const { id } = findContainer(reference);
  let exitCode: number | null = null;
  for (;;) {
    const container = readContainer(id);
    // It has gone when it ended: what happened is still told.
    if (!container) return exitCode ?? lastExitCode(id);
    const { state } = container;
    const isOver = state.finishedAt !== undefined && state.restartAt === undefined;
    if (isOver) exitCode = state.exitCode ?? null;
    if (condition === 'not-running' && (isOver || (state.process === undefined && state.restartAt === undefined)))
      return exitCode;
    if (isRunning(state)) {
      await untilEnded(state, Number.POSITIVE_INFINITY);
      const after = await untilWritten(id, state.process?.pid, WRITTEN_WITHIN);
      if (after && after.finishedAt === undefined) await reconcileIfPossible();
      if (after?.exitCode !== undefined) exitCode = after.exitCode;
    }
    await sleep(25);
  }
}

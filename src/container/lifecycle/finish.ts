/** What is written down when a container has ended; and its removal, where it was made to go then. */
import { UsageError } from '../../kernel/errors.ts';
import { tell } from '../events.ts';
import type { State } from '../store/record.ts';
import { type Container, changeState, changeStateLocked, locked, readContainer, removeStored } from '../store/store.ts';
import { releaseKeeper } from '../supervisor/keeper.ts';
import { removeVolume } from '../volumes.ts';
import { attributesOf } from './create.ts';

/**
 * Safe to call twice: only the first one that notices is told.
 * @param again is it to be started again? Asked under the lock, with the state as it is then.
 * @returns the state; undefined when the container is gone
 */
export async function finished(
  container: Container,
  exitCode: number | null,
  oomKilled: boolean,
  again: (state: State) => boolean,
): Promise<State | undefined> {
  const { id, record } = container;
  let noticed = false;
  const state = await changeState(id, (it) => {
    const isSame = it.process?.pid === container.state.process?.pid || container.state.process === undefined;
    if (it.finishedAt !== undefined || !isSame) return undefined;
    noticed = true;
    const { keeper, restartAt: _, ...rest } = it;
    releaseKeeper(keeper);
    return {
      ...rest,
      finishedAt: new Date().toISOString(),
      exitCode,
      oomKilled,
      ...(again(it) ? { restartAt: new Date().toISOString() } : {}),
    };
  });
  if (!noticed) return state;
  if (oomKilled) tell('oom', id, attributesOf(container));
  tell('die', id, { ...attributesOf(container), exitCode: exitCode === null ? 'unknown' : String(exitCode) });
  if (state && record.remove && !state.restartAt) await removeEnded(id);
  return state;
}

/** A container could not be started: writes down why. For whoever holds its lock. @returns the exit code that stands for it */
export function noteFailure(id: string, reason: unknown): number {
  const exitCode = reason instanceof UsageError ? reason.exitCode : 125;
  const error = reason instanceof Error ? reason.message : String(reason);
  const finishedAt = new Date().toISOString();
  changeStateLocked(id, ({ process: _, keeper: __, ...state }) => ({ ...state, error, exitCode, finishedAt }));
  return exitCode;
}

/** Removes a container that has ended, with the volumes that were its own alone. */
async function removeEnded(id: string): Promise<void> {
  try {
    await locked(id, () => discard(readContainer(id)!, true));
  } catch (error) {
    // Somebody else has removed it.
    if (readContainer(id) !== undefined) throw error;
  }
}

/** Takes a container that does not run off the disk. For whoever holds its lock. */
export function discard(container: Container, withVolumes: boolean): void {
  const { id, record, state } = container;
  releaseKeeper(state.keeper);
  removeStored(id, record.name);
  if (withVolumes) for (const { name, anonymous } of record.volumes) if (anonymous) removeVolume(name, { force: true });
  tell('destroy', id, attributesOf(container));
}

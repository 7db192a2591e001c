/** What a SIGKILL, a crash or a restart of the machine has left is put right by the next command: nobody has to clean up. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { Cgroup } from '../../cgroup/cgroup.ts';
import { isRefusal } from '../../kernel/errors.ts';
import { networkContext } from '../../network/context.ts';
import { reconcile as reconcileNetworks } from '../../network/lifecycle.ts';
import { lives, readOwner } from '../owner.ts';
import { stateRoot } from '../paths.ts';
import { DamagedError } from '../store/files.ts';
import type { State } from '../store/record.ts';
import { isRunning } from '../store/status.ts';
import { type Container, cgroupOf, directoryIds, locked, readContainer, readStateOf } from '../store/store.ts';
import { startSupervisor, supervisorRuns } from '../supervisor/client.ts';
import { wantsRestart } from '../supervisor/restart.ts';
import { sweep } from '../sweep.ts';
import { cleanUp } from './clean-up.ts';
import { finished } from './finish.ts';
import { untilWritten } from './signal.ts';

/** How long is waited for whoever writes down how a container ended, in milliseconds. */
const WRITTEN_SOON = 2000;

/** What is to be said to the supervisor. */
type Need = 'supervisor' | undefined;

/** @returns the ids of what was taken away */
export async function reconcile(): Promise<string[]> {
  const removed = sweep();
  const has = lazily(supervisorRuns);
  let need: Need;
  for (const id of directoryIds()) {
    try {
      if (isSettled(readStateOf(id), has)) continue;
      const container = readContainer(id);
      if (!container) continue;
      if (container.record.detached) need = (await putRight(container, has)) ?? need;
      else await endForeground(container);
    } catch (error) {
      // One that cannot be read is reported when somebody asks for it.
      if (!(error instanceof DamagedError)) throw error;
    }
  }
  if (fs.existsSync(join(stateRoot(), 'networks'))) reconcileNetworks(networkContext());
  if (need && !has()) startSupervisor();
  return removed;
}

/** Most containers are as they are written down, and nothing has to be done for them: it has ended for good, or it runs and somebody looks after it. */
function isSettled(state: State | undefined, hasSupervisor: () => boolean): boolean {
  if (state === undefined || state.restartAt !== undefined) return false;
  return state.finishedAt !== undefined || (isRunning(state) && hasSupervisor());
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** A container of a command that runs it in the foreground. */
async function endForeground(container: Container): Promise<void> {
  const { directory, state } = container;
  if (isRunning(state) || state.finishedAt !== undefined) return;
  const owner = readOwner(directory);
  // The command is still there: it has not begun, or is about to write down how it ended.
  if (owner && lives(owner)) return void (await untilWritten(container.id, state.process?.pid, WRITTEN_SOON));
  cleanUp(container);
  await finished(container, null, false, () => false);
}

/** A container of the supervisor's. */
async function putRight(container: Container, hasSupervisor: () => boolean): Promise<Need> {
  const { record, state } = container;
  const endedUnseen = state.process !== undefined && state.finishedAt === undefined;
  if (state.process === undefined && !hasSupervisor()) await removeHalfMade(container);
  if (!endedUnseen) return state.restartAt === undefined ? undefined : 'supervisor';
  if (isRunning(state)) return 'supervisor';
  if (hasSupervisor()) {
    // It has ended just now, and that is about to be written down.
    await untilWritten(container.id, state.process?.pid, WRITTEN_SOON);
    return 'supervisor';
  }
  const { collectLastWords } = await import('../logs/rest.ts');
  await collectLastWords(container);
  cleanUp(container);
  const now = await finished(container, null, false, (it) => wantsRestart(record.restart, it, null));
  return now?.restartAt ? 'supervisor' : undefined;
}

/** A supervisor was killed while it started the container: its processes went with it, its control group did not. Under the lock, for another may be starting it now. */
async function removeHalfMade(container: Container): Promise<void> {
  const path = cgroupOf(container);
  if (path === undefined || !Cgroup.exists(path)) return;
  await locked(container.id, () => {
    if (readStateOf(container.id)?.process === undefined) cleanUp(container);
  });
}

/** The same where nothing may be written: then things are as they are. */
export async function reconcileIfPossible(): Promise<void> {
  try {
    await reconcile();
  } catch (error) {
    if (!isRefusal(error, 'EROFS', 'EACCES', 'EPERM', 'ENOSPC') && !isStateRefusal(error)) throw error;
  }
}

const isStateRefusal = (error: unknown): boolean =>
  error instanceof Error && isRefusal(error.cause, 'EROFS', 'EACCES', 'EPERM', 'ENOSPC');

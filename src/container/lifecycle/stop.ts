/** stop, kill, pause, remove: what ends or holds a container, by whichever process it is run. */
import { Cgroup } from '../../cgroup/cgroup.ts';
import { UsageError } from '../../kernel/errors.ts';
import { tell } from '../events.ts';
import { requireRunning } from '../exec/join.ts';
import { cgroupParent } from '../paths.ts';
import { DamagedError } from '../store/files.ts';
import { findContainer, findId } from '../store/find.ts';
import { isRunning } from '../store/status.ts';
import { type Container, cgroupOf, changeState, locked, noSuch, readContainer, removeStored } from '../store/store.ts';
import { cleanUp } from './clean-up.ts';
import { attributesOf } from './create.ts';
import { discard, finished } from './finish.ts';
import { removeGroup, withGroup } from './group.ts';
import { killAll, SIGKILL, sendSignal, untilEnded, untilWritten } from './signal.ts';

/** How long whoever is responsible may take to write down how a container ended, in milliseconds. Then we do. */
const WRITTEN_WITHIN = 10_000;

/** The container has ended: waits until that is written, or writes it. */
async function settle(container: Container): Promise<void> {
  const state = await untilWritten(container.id, container.state.process?.pid, WRITTEN_WITHIN);
  if (!state || state.finishedAt !== undefined || isRunning(state)) return;
  cleanUp(container);
  await finished(container, null, false, () => false);
}

/** @param timeout seconds until SIGKILL; the container's own where nothing is said; -1 waits for ever. @returns its id */
export async function stop(reference: string, timeout?: number, signal?: number): Promise<string> {
  const found = findContainer(reference);
  const { id, record } = found;
  const state = await changeState(id, (it) => {
    const { restartAt: _, ...rest } = it;
    return { ...rest, stoppedByHand: true };
  });
  if (!state) throw noSuch(reference);
  const container = { ...found, state };
  if (!isRunning(state)) return id;
  thaw(container);
  sendSignal(state, signal ?? record.stopSignal);
  const seconds = timeout ?? record.stopTimeout;
  if (!(await untilEnded(state, seconds < 0 ? Number.POSITIVE_INFINITY : seconds * 1000))) await killAll(container);
  await settle(container);
  tell('stop', id, attributesOf(container));
  return id;
}

/** Frozen processes take no signals. */
function thaw(container: Container): void {
  withGroup(cgroupOf(container), (group) => {
    if (group.isFrozen()) group.thaw();
  });
}

export async function kill(reference: string, signal = SIGKILL): Promise<string> {
  const container = findContainer(reference);
  requireRunning(container);
  const { id, state } = container;
  if (signal === SIGKILL || signal === container.record.stopSignal)
    await changeState(id, (it) => ({ ...it, stoppedByHand: true }));
  if (signal === SIGKILL) thaw(container);
  sendSignal(state, signal);
  tell('kill', id, { ...attributesOf(container), signal: String(signal) });
  if (signal === SIGKILL && (await untilEnded(state, WRITTEN_WITHIN))) await settle(container);
  return id;
}

function groupOf(container: Container, what: string): Cgroup {
  requireRunning(container);
  const path = cgroupOf(container);
  if (path !== undefined && Cgroup.exists(path)) return Cgroup.open(path);
  throw new UsageError(`container ${container.record.name} has no control group, so it cannot be ${what}`, {
    remedy: 'run it as root: control groups belong to root',
    exitCode: 1,
  });
}

export async function pause(reference: string): Promise<string> {
  const container = findContainer(reference);
  const group = groupOf(container, 'paused');
  if (group.isFrozen()) throw new UsageError(`container ${container.record.name} is paused already`, { exitCode: 1 });
  await group.freeze();
  tell('pause', container.id, attributesOf(container));
  return container.id;
}

export async function unpause(reference: string): Promise<string> {
  const container = findContainer(reference);
  const group = groupOf(container, 'unpaused');
  if (!group.isFrozen()) throw new UsageError(`container ${container.record.name} is not paused`, { exitCode: 1 });
  group.thaw();
  tell('unpause', container.id, attributesOf(container));
  return container.id;
}

/** @param options.force ends it first; else it must not run. @param options.volumes its anonymous volumes too. @returns its id */
export async function remove(reference: string, options: { force?: boolean; volumes?: boolean } = {}): Promise<string> {
  const id = findId(reference);
  if (isUnreadable(id)) {
    if (!options.force)
      throw new UsageError(`container ${id.slice(0, 12)} is damaged`, {
        remedy: `rm -f ${id.slice(0, 12)}`,
        exitCode: 1,
      });
    removeGroup(`${cgroupParent()}/${id}`);
    removeStored(id, undefined);
    return id;
  }
  if (options.force) await changeState(id, ({ restartAt: _, ...it }) => ({ ...it, stoppedByHand: true }));
  return await locked(id, async () => {
    const container = readContainer(id)!;
    if (isRunning(container.state)) {
      if (!options.force)
        throw new UsageError(`container ${container.record.name} is running`, {
          remedy: `stop it first, or: rm -f ${container.record.name}`,
          exitCode: 1,
        });
      await killAll(container);
      tell('die', id, { ...attributesOf(container), exitCode: '137' });
    }
    cleanUp(container);
    discard(container, options.volumes ?? container.record.remove);
    return id;
  });
}

function isUnreadable(id: string): boolean {
  try {
    return readContainer(id) === undefined;
  } catch (error) {
    if (error instanceof DamagedError) return true;
    throw error;
  }
}

/** The store: a directory a container. Reading needs no lock, changing one container takes that one's. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { isRefusal, UsageError } from '../../kernel/errors.ts';
import type { Config } from '../../spec/config.ts';
import { releaseRange } from '../id-ranges.ts';
import { containerDirectory, containersDirectory } from '../paths.ts';
import { removeTree } from '../remove-tree.ts';
import { DamagedError, readState, writeState } from './files.ts';
import { withLock } from './lock.ts';
import { releaseName } from './names.ts';
import type { ContainerRecord, State } from './record.ts';
import { isRunning, type Status, statusOf } from './status.ts';

/** A container as the files say. */
export interface Container {
  id: string;
  directory: string;
  record: ContainerRecord;
  state: State;
}

/** A container whose files cannot be understood; the others are not affected. */
export interface Damaged {
  id: string;
  directory: string;
  error: DamagedError;
}

export const FILES = { record: 'container.json', state: 'state.json', config: 'config.json', lock: 'lock' };

const isId = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

/** The ids of all directories, also of boxes and of what a crash left. */
export function directoryIds(): string[] {
  try {
    return fs.readdirSync(containersDirectory()).filter(isId);
  } catch (error) {
    if (isRefusal(error, 'ENOENT')) return [];
    throw error;
  }
}

const hasRecord = (id: string): boolean => fs.existsSync(join(containerDirectory(id), FILES.record));

/** @returns undefined where there is none (any more) @throws DamagedError */
export function readContainer(id: string): Container | undefined {
  const directory = containerDirectory(id);
  const record = readState<ContainerRecord>(join(directory, FILES.record));
  if (!record) return undefined;
  const state = readState<State>(join(directory, FILES.state));
  const fail = (file: string): never => {
    throw new DamagedError(
      `${join(directory, file)} is damaged: ${file === FILES.state ? 'it is missing or' : ''} something is not as we write it`,
      {
        remedy: `remove the container: rm -f ${id.slice(0, 12)}`,
      },
    );
  };
  if (record.id !== id || typeof record.name !== 'string' || record.restart === undefined || !record.root)
    return fail(FILES.record);
  if (!state || typeof state.restartCount !== 'number') return fs.existsSync(directory) ? fail(FILES.state) : undefined;
  return { id, directory, record, state };
}

/** The state alone: half the reading. @throws DamagedError */
export const readStateOf = (id: string): State | undefined =>
  readState<State>(join(containerDirectory(id), FILES.state));

/** The configuration of the runtime specification. */
export function readConfig({ id, directory }: Container): Config {
  const config = readState<Config>(join(directory, FILES.config));
  if (config?.process && config.linux) return config;
  throw new DamagedError(`${join(directory, FILES.config)} is damaged or missing`, {
    remedy: `remove the container: rm -f ${id.slice(0, 12)}`,
  });
}

/** Everything there is. */
export function readAll(): (Container | Damaged)[] {
  return directoryIds().flatMap((id): (Container | Damaged)[] => {
    try {
      const found = readContainer(id);
      return found ? [found] : [];
    } catch (error) {
      if (error instanceof DamagedError) return [{ id, directory: containerDirectory(id), error }];
      throw error;
    }
  });
}

export const isDamaged = (it: Container | Damaged): it is Damaged => 'error' in it;

/** The containers that can be read. */
export const containers = (): Container[] => readAll().filter((it): it is Container => !isDamaged(it));

export const noSuch = (reference: string): UsageError =>
  new UsageError(`no such container: ${reference}`, { remedy: 'see what there is: ps -a', exitCode: 1 });

export function writeRecord({ directory, record }: Container, lasting = true): void {
  writeState(join(directory, FILES.record), record, { lasting });
}

export function writeConfig(directory: string, config: Config, lasting = true): void {
  writeState(join(directory, FILES.config), config, { lasting });
}

/** For whoever holds the container's lock, or made it just now. */
export function saveState(directory: string, state: State, lasting = true): void {
  writeState(join(directory, FILES.state), state, { lasting });
}

/** Does something while nobody else changes this container. @throws UsageError when it is gone by then */
export async function locked<T>(id: string, action: () => T | Promise<T>): Promise<T> {
  if (!fs.existsSync(containerDirectory(id))) throw noSuch(id.slice(0, 12));
  try {
    return await withLock(join(containerDirectory(id), FILES.lock), () => {
      if (!hasRecord(id)) throw noSuch(id.slice(0, 12));
      return action();
    });
  } catch (error) {
    if (isRefusal(error, 'ENOENT') && !fs.existsSync(containerDirectory(id))) throw noSuch(id.slice(0, 12));
    throw error;
  }
}

/** Changes a container's state under its lock. `change` gets the state as it is then. @returns the new one; undefined when the container is gone */
export async function changeState(id: string, change: (state: State) => State | undefined): Promise<State | undefined> {
  try {
    return await locked(id, () => changeStateLocked(id, change));
  } catch (error) {
    if (error instanceof UsageError && !hasRecord(id)) return undefined;
    throw error;
  }
}

/** The same for whoever holds the lock already. */
export function changeStateLocked(id: string, change: (state: State) => State | undefined): State | undefined {
  const container = readContainer(id);
  if (!container) return undefined;
  const changed = change(container.state);
  if (changed) saveState(container.directory, changed, !container.record.remove);
  return changed ?? container.state;
}

/** Where the container's control group is, as its configuration says. */
export function cgroupOf(container: Container): string | undefined {
  return readConfig(container).linux.cgroupsPath;
}

export function statusOfContainer(container: Container): Status {
  return statusOf(container.state, isRunning(container.state) ? cgroupOf(container) : undefined);
}

/** Takes a container's directory away: the record first, so that a half-removed one is no container any more. */
export function removeStored(id: string, name: string | undefined): void {
  const directory = containerDirectory(id);
  fs.rmSync(join(directory, FILES.record), { force: true });
  if (name !== undefined) releaseName(name, id);
  // Under another name first: whoever wants to lock it or to write into it still finds nothing any more.
  const gone = `${directory}.swept-${process.pid}`;
  try {
    fs.renameSync(directory, gone);
  } catch (error) {
    if (isRefusal(error, 'ENOENT')) return;
    throw error;
  }
  removeTree(gone, { maxRetries: 10, retryDelay: 20 });
  releaseRange(id);
}

/**
 * What the networks remember, as files: `networks/NAME/network.json` and `leases.json`. Written to a new file and
 * renamed, so that a reader sees the old or the new; changed under flock(2), which the kernel lets go on kill -9.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { host } from '../kernel/caller.ts';
import { AT, O } from '../kernel/constants.ts';
import { isRefusal } from '../kernel/errors.ts';
import { makeDirectory, readText, removeDirectory, removeFile, rename, writeText } from '../kernel/files.ts';
import type { NetworkContext } from './context.ts';

const LOCK_EX = 2;

/** Directories whose lock this process has now, with its descriptor. */
const held = new Map<string, number>();

/**
 * Runs `action`, which must not wait for anything, while no other process changes the networks.
 * @param action gets the lock's descriptor: the lock lasts until the last copy of it is closed
 */
export function withLock<T>(context: NetworkContext, action: (lock: number) => T): T {
  const { directory } = context;
  const mine = held.get(directory);
  if (mine !== undefined) return action(mine);
  makeDirectory(directory, { recursive: true, mode: 0o700 });
  const flags = O.RDWR | O.CREAT | O.CLOEXEC;
  const fd = host.call('openat', Number(AT.FDCWD), join(directory, 'lock'), flags, 0o600);
  try {
    host.call('flock', fd, LOCK_EX);
    held.set(directory, fd);
    return action(fd);
  } finally {
    held.delete(directory);
    host.call('close', fd);
  }
}

/** Names of the networks that have a directory, in order. */
export function storedNames(context: NetworkContext): string[] {
  try {
    const entries = readdirSync(context.directory, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (isRefusal(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Reads a file of a network; undefined when it is not there. */
export function readStored<T>(context: NetworkContext, network: string, file: string): T | undefined {
  try {
    return JSON.parse(readText(join(context.directory, network, file))) as T;
  } catch (error) {
    if (isRefusal(error, 'ENOENT')) return undefined;
    throw error;
  }
}

export function writeStored(context: NetworkContext, network: string, file: string, value: unknown): void {
  const directory = join(context.directory, network);
  makeDirectory(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, file);
  // Only whoever has the lock writes, so one name for the new file is enough.
  writeText(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`);
  rename(`${path}.new`, path);
}

/** Forgets a network: every file of it, then its directory. */
export function removeStored(context: NetworkContext, network: string): void {
  const directory = join(context.directory, network);
  for (const file of readdirSync(directory)) removeFile(join(directory, file));
  removeDirectory(directory);
}

/** Removing what a killed command has left: its processes are gone with it (the kernel saw to that), its directories and control groups are not. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { isRefusal } from '../kernel/errors.ts';
import { releaseRange } from './id-ranges.ts';
import { removeGroup } from './lifecycle/group.ts';
import { lives, readOwner } from './owner.ts';
import { cgroupParent, containersDirectory } from './paths.ts';
import { removeTree } from './remove-tree.ts';

function directories(): string[] {
  try {
    return fs.readdirSync(containersDirectory());
  } catch {
    return [];
  }
}

const CLAIMED = /\.swept-(\d+)$/;

/** Is another command at it? */
const isBeingSwept = (name: string): boolean => {
  const sweeper = CLAIMED.exec(name)?.[1];
  return sweeper !== undefined && sweeper !== String(process.pid) && fs.existsSync(`/proc/${sweeper}`);
};

/** Two commands that start at once must not sweep the same box: renaming it is possible for one of them only. @returns the new path. */
function claim(directory: string): string | undefined {
  const claimed = `${directory.replace(CLAIMED, '')}.swept-${process.pid}`;
  try {
    fs.renameSync(directory, claimed);
    return claimed;
  } catch (error) {
    if (isRefusal(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** A directory without an owner may be one that is being made just now: so long it is left alone, in milliseconds. */
const YOUNG = 30_000;

function isOwned(directory: string): boolean {
  const owner = readOwner(directory);
  if (owner) return lives(owner);
  const stat = fs.statSync(directory, { throwIfNoEntry: false });
  return stat === undefined || Date.now() - stat.mtimeMs < YOUNG;
}

/** Removes the boxes whose owner has died; those of others stay. @returns the ids of the removed. */
export function sweep(): string[] {
  const swept: string[] = [];
  for (const name of directories()) {
    if (isBeingSwept(name)) continue;
    const directory = join(containersDirectory(), name);
    // What has a record is a container: it may live without the command that made it.
    if (fs.existsSync(join(directory, 'container.json')) || isOwned(directory)) continue;
    const claimed = claim(directory);
    if (claimed === undefined) continue;
    const id = name.split('.')[0]!;
    removeGroup(`${cgroupParent()}/${id}`);
    removeTree(claimed);
    releaseRange(id);
    swept.push(id);
  }
  return swept;
}

/** Removing what a killed command has left: its processes are gone with it (the kernel saw to that), its directories and control groups are not. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { Cgroup } from '../cgroup/cgroup.ts';
import { lives, readOwner } from './owner.ts';
import { cgroupParent, containersDirectory } from './paths.ts';

function directories(): string[] {
  try {
    return fs.readdirSync(containersDirectory());
  } catch {
    return [];
  }
}

async function removeCgroup(id: string): Promise<void> {
  const path = `${cgroupParent()}/${id}`;
  if (Cgroup.exists(path)) await Cgroup.open(path).remove();
}

/** Removes the boxes whose owner has died; those of others stay. @returns the ids of the removed. */
export async function sweep(): Promise<string[]> {
  const swept: string[] = [];
  for (const id of directories()) {
    const directory = join(containersDirectory(), id);
    const owner = readOwner(directory);
    if (!owner || lives(owner)) continue;
    await removeCgroup(id);
    fs.rmSync(directory, { recursive: true, force: true });
    swept.push(id);
  }
  return swept;
}

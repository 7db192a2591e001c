/** What a command left that was killed while it cleaned up: the next one takes the rest. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { layout } from '../../src/cgroup/layout.ts';
import { self, writeOwner } from '../../src/container/owner.ts';
import { cgroupParent, containersDirectory } from '../../src/container/paths.ts';
import { sweep } from '../../src/container/sweep.ts';

const parents = (): string[] => layout().hierarchies.map(({ mount }) => join(mount, cgroupParent()));

/** Whether the group was removed already in some hierarchies (`left` of them have it still), the group above it is there everywhere. */
it.each([0, 1])('the group that holds all of ours goes too, when its last group is left in %i hierarchies', (left) => {
  const directory = join(containersDirectory(), 'half');
  fs.mkdirSync(directory, { recursive: true });
  writeOwner(directory, { ...self(), startTime: '1' });
  for (const parent of parents()) fs.mkdirSync(parent, { recursive: true });
  for (const parent of parents().slice(0, left)) fs.mkdirSync(join(parent, 'half'));

  expect(sweep()).toEqual(['half']);
  expect(parents().filter((it) => fs.existsSync(it))).toEqual([]);
  expect(fs.readdirSync(containersDirectory())).toEqual([]);
});

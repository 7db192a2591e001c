/** The tour, also on another processor (test/vm): the whole list really runs, and its program tells from inside. */
import { expect, test } from 'vitest';
import { boxes, ended, start } from './program.ts';

test('the tour builds a container and its program runs in it', async () => {
  const child = start('--tour');
  child.stdin!.end();
  const { status, stdout, stderr } = await ended(child);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toMatch(/unshare\(CLONE_NEWPID\)/);
  expect(stdout).toMatch(/pid inside\s+\S+\s+1\b/);
  expect(stdout).toMatch(/execve/);
  expect(boxes()).toEqual([]);
});

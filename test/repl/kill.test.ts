/** kill -9 of the program after each step of the list: whatever it had made is gone once the next command has run. */
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { until } from '../support.ts';
import { boxes, ended, groups, script, start } from './program.ts';

/** Types these lines, waits until it says `pids … end`, and kills it. @returns those pids. */
async function killAfter(...lines: string[]): Promise<number[]> {
  const child = start('--', 'sleep', '1000');
  const over = ended(child);
  let said = '';
  child.stdout!.on('data', (text) => {
    said += text;
  });
  child.stdin!.write(lines.map((it) => `${it}\n`).join(''));
  const early = over.then((it) => {
    throw new Error(`it ended too early: ${JSON.stringify(it)}`);
  });
  early.catch(() => undefined);
  const [, pids] = await Promise.race([until(() => /pids ([\d ]+) end/.exec(said), 50, 'the pids'), early]);
  child.kill('SIGKILL');
  expect((await over).signal).toBe('SIGKILL');
  return pids!.split(' ').map(Number);
}

const gone = (pids: readonly number[]) =>
  until(() => pids.every((pid) => !existsSync(`/proc/${pid}/ns/mnt`)), 20, 'the processes to be gone');

it('leaves nothing behind, at whichever step it is killed', async () => {
  // One box for each step of the list, and one for none: the first has done nothing, the last runs its program.
  const pids = await killAfter(
    'const made = []',
    'for (let i = 0; i <= list.length; i++) { const it = makeBox({ image: "host", command: ["sleep", "1000"], memory: "64m" }, { stdio: [null, 1, 2] }); made.push(it.box); for (const step of it.steps.slice(0, i)) await it.box.apply(step) }',
    'const pids = made.flatMap((it) => [it.process, ...it.parents]).map((it) => it.pid)',
    'console.log("pids", pids.join(" "), "end")',
  );
  expect(boxes().length).toBeGreaterThan(20);
  await gone(pids);
  // The next command, whatever it is.
  expect((await script(['.steps'])).status).toBe(0);
  expect(boxes()).toEqual([]);
  expect(groups()).toEqual([]);
});

it('leaves nothing of the session itself', async () => {
  const pids = await killAfter(
    ...Array.from({ length: 12 }, () => '.next'),
    'console.log("pids", [box.process, ...box.parents].map((it) => it.pid).join(" "), "end")',
  );
  expect(boxes().length).toBe(1);
  expect(groups()).not.toEqual([]);
  await gone(pids);
  // Two at once do not fall over each other.
  const both = await Promise.all([script(['.steps']), script(['.steps'])]);
  expect(both.map((it) => [it.status, it.stderr])).toEqual([
    [0, ''],
    [0, ''],
  ]);
  expect(boxes()).toEqual([]);
  expect(groups()).toEqual([]);
});

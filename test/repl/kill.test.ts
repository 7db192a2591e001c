/** kill -9 of the program after each step of the list: whatever it had made is gone once the next command has run. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until, witness } from '../support.ts';
import { ended, script, start } from './program.ts';

/** As many at once. */
const TOGETHER = 4;

const groups = (): string =>
  witness('find', '/sys/fs/cgroup', '-type', 'd', '-path', `*/${process.env.MINIDOCKER_CGROUP}/*`);

/** Does that many steps, tells the pids of its processes, and is killed. */
async function killAfter(count: number): Promise<number[]> {
  const child = start('--', 'sleep', '1000');
  const over = ended(child);
  let said = '';
  child.stdout!.on('data', (text) => {
    said += text;
  });
  child.stdin!.write(
    `for (const it of list.slice(0, ${count})) await box.apply(it); console.log("pids", box.process.pid, ...box.parents.map((it) => it.pid), "end")\n`,
  );
  const early = over.then((it) => {
    throw new Error(`step ${count}: it ended too early: ${JSON.stringify(it)}`);
  });
  const told = until(() => /pids ([\d ]+) end/.exec(said), 30, `step ${count}`);
  const [, pids] = await Promise.race([told, early]);
  child.kill('SIGKILL');
  expect((await over).signal).toBe('SIGKILL');
  return pids!.split(' ').map(Number);
}

it('leaves nothing behind, at whichever step it is killed', async () => {
  const { stdout } = await script(['list.length']);
  const length = Number(/^\d+$/m.exec(stdout)![0]);
  expect(length).toBeGreaterThan(20);
  const counts = Array.from({ length: length + 1 }, (_, i) => i);
  const pids: number[] = [];
  for (let from = 0; from < counts.length; from += TOGETHER)
    pids.push(...(await Promise.all(counts.slice(from, from + TOGETHER).map(killAfter))).flat());
  await until(() => pids.every((pid) => !existsSync(`/proc/${pid}/ns/mnt`)), 20, 'the processes to be gone');
  const boxes = join(process.env.MINIDOCKER_ROOT!, 'containers');
  // The next command, whatever it is.
  expect((await script(['.steps'])).status).toBe(0);
  expect(readdirSync(boxes)).toEqual([]);
  expect(groups()).toBe('');
});

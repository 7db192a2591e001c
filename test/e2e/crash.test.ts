/** Many at once, and kill -9: nothing is lost, nothing is left. */
import { afterEach, expect, it } from 'vitest';
import { until } from '../support.ts';
import { tidyUp } from './life.ts';
import { cgroupsLeft, command, directoriesLeft, line, processesWith, say, start, terminal } from './program.ts';

afterEach(tidyUp);

it('20 times run --rm beside each other: each has its own output and exit code, nothing is left', async () => {
  const runs = Array.from({ length: 20 }, (_, i) =>
    command(['run', '--rm', 'host', 'sh', '-c', `echo number ${i}; exit ${i}`]),
  );
  const ended = await Promise.all(runs);
  expect(ended).toEqual(ended.map((_, i) => ({ code: i, stdout: `number ${i}\n`, stderr: '' })));
  expect(directoriesLeft()).toEqual([]);
  expect(cgroupsLeft()).toEqual([]);
});

it('20 times stop and rm -f of the same container: it is gone, and nobody crashes', async () => {
  await say('run -d --name one host sleep 1000');
  const verbs = Array.from({ length: 20 }, (_, i) => (i % 2 ? ['rm', '-f', 'one'] : ['stop', '-t', '0', 'one']));
  const ended = await Promise.all(verbs.map((it) => command(it)));
  expect(ended.some((it, i) => i % 2 && it.code === 0)).toBe(true);
  for (const { code, stderr } of ended)
    if (code !== 0)
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^minidocker: no such container/),
      });
  expect(await say('ps -aq')).toBe('');
  expect([directoriesLeft(), cgroupsLeft()]).toEqual([[], []]);
});

it('the command is killed with SIGKILL before a step: nothing is left after the next command', async () => {
  const word = `98${process.pid}`;
  const total = (await say('run --dry-run host true')).split('\n').filter((it) => /^ *\d+ {2}\S/.test(it)).length;
  // The first, the last, and some between: of each kind of step one.
  for (const victim of [1, 4, Math.floor(total / 2), total]) {
    const session = terminal(`echo pid=$$; exec ${line('run', '--rm', '--step', 'host', 'sleep', word)}`);
    for (let step = 1; step <= victim; step++) {
      await session.says(new RegExp(`${step} of ${total} .*abort > $`, 's'));
      if (step < victim) session.type('\r');
    }
    process.kill(Number(/pid=(\d+)/.exec(session.stdout)![1]), 'SIGKILL');
    await session.ended;
    expect([victim, await say('ps -aq')]).toEqual([victim, '']);
    expect([victim, directoriesLeft(), cgroupsLeft(), processesWith(word)]).toEqual([victim, [], [], []]);
  }
});

it('the command is killed with SIGKILL while the program runs: the program ends too', async () => {
  const word = `99${process.pid}`;
  const running = start(['run', '--rm', 'host', 'sleep', word]);
  await until(() => processesWith(word).length >= 2);
  running.child.kill('SIGKILL');
  await running.ended;
  await until(() => processesWith(word).length === 0);
  expect(await say('ps -aq')).toBe('');
  expect(directoriesLeft()).toEqual([]);
  expect(cgroupsLeft()).toEqual([]);
});

/** Restart policies: what is started again, how often, and after a restart of the machine. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { containers } from '../../src/container/store/store.ts';
import { restartDelay, wantsRestart } from '../../src/container/supervisor/restart.ts';
import { until } from '../support.ts';
import { engine, killSupervisor, logText, statusOf, tidyUp } from './support.ts';

afterEach(async () => {
  for (const it of await engine.list({ all: true })) await engine.remove(it.id, { force: true });
});
afterAll(tidyUp);

test('the waiting doubles up to a minute, and is short again for who has run ten seconds', () => {
  const delays = [restartDelay(0, 0)];
  while (delays.length < 12) delays.push(restartDelay(delays.at(-1)!, 0));
  expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000, 60000]);
  expect(restartDelay(51200, 10_000)).toBe(100);
});

test('who is started again', () => {
  const state = { restartCount: 2, stoppedByHand: false };
  const wants = (
    name: 'no' | 'on-failure' | 'always' | 'unless-stopped',
    exitCode: number | null,
    maximum = 0,
    more = {},
  ) => wantsRestart({ name, maximum }, { ...state, ...more }, exitCode);
  expect([wants('no', 1), wants('always', 0), wants('unless-stopped', 0)]).toEqual([false, true, true]);
  expect([wants('on-failure', 0), wants('on-failure', 1), wants('on-failure', null)]).toEqual([false, true, true]);
  expect([wants('on-failure', 1, 3), wants('on-failure', 1, 2)]).toEqual([true, false]);
  expect(wants('always', 0, 0, { stoppedByHand: true })).toBe(false);
});

test('--restart on-failure:2 tries three times; always goes on until it is stopped', async () => {
  await engine.runDetached({
    image: 'busybox',
    command: ['sh', '-c', 'echo again; exit 3'],
    name: 'twice',
    restart: 'on-failure:2',
  });
  await until(async () => (await logText('twice')) === 'again\nagain\nagain\n');
  await until(async () => (await statusOf('twice')) === 'exited');
  expect(await engine.inspect('twice')).toMatchObject({ RestartCount: 2, State: { ExitCode: 3 } });
  await engine.runDetached({ image: 'busybox', command: ['sh', '-c', 'sleep 0.1'], name: 'ever', restart: 'always' });
  await until(async () => (await engine.inspect('ever')).RestartCount >= 2);
  await engine.stop('ever', { timeout: 5 });
  const { RestartCount } = await engine.inspect('ever');
  expect(await statusOf('ever')).toBe('exited');
  await new Promise((go) => setTimeout(go, 700));
  expect((await engine.inspect('ever')).RestartCount).toBe(RestartCount);
});

test('after a restart of the machine: what ran is started again if that is its policy, else it has ended', async () => {
  const sleeper = { image: 'busybox', command: ['sleep', '1000'] };
  await engine.runDetached({ ...sleeper, name: 'no' });
  await engine.runDetached({ ...sleeper, name: 'always', restart: 'always' });
  await engine.runDetached({ ...sleeper, name: 'stopped', restart: 'unless-stopped' });
  await engine.stop('stopped', { timeout: 0 });
  const running = await engine.list();
  await killSupervisor();
  for (const it of running) process.kill(it.pid!, 'SIGKILL');
  for (const it of containers()) {
    const state = { ...it.state, process: { ...it.state.process, bootId: 'another' } };
    fs.writeFileSync(join(it.directory, 'state.json'), JSON.stringify(state));
  }
  expect(await statusOf('no')).toBe('exited');
  await until(async () => (await statusOf('always')) === 'running');
  expect(await statusOf('stopped')).toBe('exited');
  expect((await engine.list()).map((it) => it.name)).toEqual(['always']);
});

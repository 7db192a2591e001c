/** Two hundred detached containers, one supervisor: MINIDOCKER_TEST_CONTAINERS says how many. */
import * as fs from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { ask } from '../../src/container/supervisor/client.ts';
import { until } from '../support.ts';
import { tidyUp } from './life.ts';
import { cgroupsLeft, directoriesLeft, processesWith, say } from './program.ts';

const count = Number(process.env.MINIDOCKER_TEST_CONTAINERS ?? 200);
const timeout = 300_000;

afterAll(tidyUp, timeout);

/** The built library: two hundred commands would take most of their time to start Node. */
const built = async (): Promise<typeof import('../../src/index.ts')> =>
  await import(/* @vite-ignore */ new URL('../../dist/index.js', import.meta.url).href);

/** The memory of a process, what it shares included, in megabytes. */
const residentMegabytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

/** What ps shows that has this status. */
const listed = async (status: string): Promise<string[]> =>
  (await say('ps -aq --no-trunc --filter', `status=${status}`)).split('\n').filter(Boolean).sort();

it(`${count} detached containers: started, listed, paused, resumed, stopped, removed, beside a small supervisor`, {
  timeout,
}, async () => {
  const word = `97${process.pid}`;
  const { containers } = await built();
  const ids: string[] = [];
  for (let i = 0; i < count; i++)
    ids.push(await containers.runDetached({ image: 'busybox', command: ['sleep', word], network: 'none' }));
  const sorted = [...ids].sort();
  await until(() => processesWith(word).length === count);
  const pids = processesWith(word);
  expect((await say('ps -q')).split('\n')).toHaveLength(count);
  const supervisor = (await ask({ op: 'ping' })).supervisor!;
  expect(residentMegabytes(supervisor)).toBeLessThan(150);

  // A command prints the name of each that it has done, and fails when there is one that it cannot do.
  expect((await say('pause', ...ids)).split('\n')).toEqual(ids);
  expect(await listed('paused')).toEqual(sorted);
  expect((await say('unpause', ...ids)).split('\n')).toEqual(ids);
  expect(await listed('running')).toEqual(sorted);
  expect(processesWith(word)).toEqual(pids);

  const half = ids.slice(0, count / 2);
  expect((await say('stop -t 0', ...half)).split('\n')).toEqual(half);
  expect(await listed('exited')).toEqual([...half].sort());
  await until(() => processesWith(word).length === count - half.length);
  expect(residentMegabytes(supervisor)).toBeLessThan(150);
  expect((await say('rm -f', ...ids)).split('\n')).toEqual(ids);
  expect([await say('ps -aq'), processesWith(word), directoriesLeft(), cgroupsLeft()]).toEqual(['', [], [], []]);
});

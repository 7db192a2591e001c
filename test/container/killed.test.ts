/** A command that is killed with SIGKILL between two steps: the next one leaves nothing of it. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { Cgroup } from '../../src/cgroup/cgroup.ts';
import { cgroupParent, containersDirectory } from '../../src/container/paths.ts';
import { isAlive, statOf } from '../../src/kernel/proc.ts';
import { engine, tidyUp } from './support.ts';

afterAll(tidyUp);

interface Stopped {
  id: string;
  steps: number;
  /** The blank processes that it had by then. */
  pids: number[];
}

/** Starts a command that stops before the step of this number, and kills it there. */
async function killedBefore(step: number): Promise<Stopped & { alive: () => number[] }> {
  const script = fileURLToPath(new URL('./stop-at-step.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, String(step)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data) => resolve(String(data)));
    child.once('exit', () => reject(new Error('it ended before the step')));
  });
  const stopped = JSON.parse(line) as Stopped;
  const started = stopped.pids.map((pid) => [pid, statOf(pid)?.startTime ?? ''] as const);
  child.removeAllListeners('exit');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  return { ...stopped, alive: () => started.filter(([pid, time]) => isAlive(pid, time)).map(([pid]) => pid) };
}

test.each([1, 9, 18, 27])('before step %i', async (step) => {
  const { id, pids, alive } = await killedBefore(step);
  expect(pids.length).toBeGreaterThan(0);
  for (let tries = 0; alive().length > 0 && tries < 500; tries++) await new Promise((go) => setTimeout(go, 10));
  expect(alive()).toEqual([]);
  expect(await engine.list({ all: true })).toEqual([]);
  expect(fs.readdirSync(containersDirectory())).toEqual([]);
  expect(Cgroup.exists(`${cgroupParent()}/${id}`)).toBe(false);
  expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(id);
});

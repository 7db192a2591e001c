/** A command that is killed with SIGKILL between two steps, whichever: the next one leaves nothing of it. The "host" is a network namespace of the test's own. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cgroup } from '../../src/cgroup/cgroup.ts';
import { cgroupParent, stateRoot } from '../../src/container/paths.ts';
import { isAlive, statOf } from '../../src/kernel/proc.ts';
import { canIdMap, until, witness } from '../support.ts';

const netns = `mdt${process.pid.toString(36)}kill`;
const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** So many commands are killed beside each other, before the next one has to clear up. */
const AT_ONCE = 3;

interface Stopped {
  id: string;
  /** Of the step that it did not make. */
  name: string;
  steps: number;
  /** The blank processes that it had by then. */
  pids: number[];
}

/** A program on that host. */
const run = (...line: string[]): string => witness('nsenter', `--net=/run/netns/${netns}`, ...line);

const ip = (...args: string[]): string => witness('ip', '-n', netns, ...args);

/** What the next command, or any other, may leave of a container on the host's side. */
function onTheHost(): Record<string, unknown> {
  return {
    links: (JSON.parse(ip('-j', 'link')) as { ifname: string }[]).map((it) => it.ifname),
    rules: run('nft', 'list', 'ruleset'),
    state: fs.readdirSync(stateRoot(), { recursive: true }).sort(),
    groups: Cgroup.exists(cgroupParent()),
  };
}

const children: ChildProcess[] = [];

/** Starts a command that stops before the step of this number, and kills it there. */
async function killedBefore(step: number, userns: string): Promise<Stopped & { alive: () => number[] }> {
  const line = [`--net=/run/netns/${netns}`, process.execPath, file('./stop-at-step.js'), userns, String(step)];
  const child = spawn('nsenter', line, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const said = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data) => resolve(String(data)));
    child.once('exit', () => reject(new Error(`it ended before step ${step}`)));
  });
  const stopped = JSON.parse(said) as Stopped;
  const started = stopped.pids.map((pid) => [pid, statOf(pid)?.startTime ?? ''] as const);
  child.kill('SIGKILL');
  await ended;
  return { ...stopped, alive: () => started.filter(([pid, time]) => isAlive(pid, time)).map(([pid]) => pid) };
}

/** The next command. @returns the containers that it sees. */
const ps = (): string => run(process.execPath, file('../../bin/minidocker.js'), 'ps', '-aq');

beforeAll(() => {
  process.env.MINIDOCKER_NETWORK = '';
  witness('ip', 'netns', 'add', netns);
  ip('link', 'set', 'lo', 'up');
});

afterAll(() => {
  for (const it of children) it.kill('SIGKILL');
  witness('ip', 'netns', 'del', netns);
});

const kinds = canIdMap() ? ['host', 'auto'] : ['host'];

test.each(kinds)(
  '--userns %s: killed before each of its steps: nothing is left after the next command',
  {
    timeout: 180_000,
  },
  async (userns) => {
    // How things are after a container that ended by itself.
    run(process.execPath, file('./stop-at-step.js'), userns);
    ps();
    const usual = onTheHost();
    const seen: string[] = [];
    for (let first = 0, total = 1; first < total; first = seen.length) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, total - first) }, (_, i) => first + i);
      const killed = await Promise.all(numbers.map((it) => killedBefore(it, userns)));
      total = killed[0]!.steps;
      seen.push(...killed.map((it) => it.name));
      await until(() => killed.every((it) => it.alive().length === 0), 20, 'its processes to end');
      expect([seen, ps()]).toEqual([seen, '']);
      // The kernel takes a network namespace, and so the cable, away a little after its last process.
      await until(() => isDeepStrictEqual(onTheHost(), usual)).catch(() => undefined);
      expect([seen, onTheHost()]).toEqual([seen, usual]);
      for (const { id, name } of killed) {
        expect([name, Cgroup.exists(`${cgroupParent()}/${id}`)]).toEqual([name, false]);
        expect([name, fs.readFileSync('/proc/self/mountinfo', 'utf8').includes(id)]).toEqual([name, false]);
      }
    }
    expect(new Set(seen).size).toBe(seen.length);
  },
);

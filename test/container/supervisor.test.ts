/** The supervisor: killed, followed by another, taking over what lives. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { containerDirectory } from '../../src/container/paths.ts';
import { until } from '../support.ts';
import { engine, killSupervisor, logText, statusOf, supervisorPid, tidyUp } from './support.ts';

afterEach(async () => {
  for (const it of await engine.list({ all: true })) await engine.remove(it.id, { force: true });
});
afterAll(tidyUp);

const numbered =
  'i=0; while [ $i -lt LIMIT ]; do echo line $i; echo err $i >&2; i=$((i+1)); done; echo done; sleep 1000';

test('killed with SIGKILL while twenty containers write: none dies, no line is lost or doubled', async () => {
  const limit = 1500;
  const names = Array.from({ length: 20 }, (_, i) => `writer${i}`);
  for (const name of names)
    await engine.runDetached({
      image: 'busybox',
      command: ['sh', '-c', numbered.replace('LIMIT', String(limit))],
      name,
    });
  const pids = new Map((await engine.list()).map((it) => [it.name, it.pid]));
  for (let i = 0; i < 2; i++) {
    const before = await supervisorPid();
    await killSupervisor();
    // The next command starts another, which takes over.
    await engine.list();
    await until(async () => (await supervisorPid()) !== before);
  }
  await until(async () => {
    const texts = await Promise.all(names.map((name) => logText(name, 'stdout')));
    return texts.every((it) => it.endsWith('done\n'));
  }, 60);
  const lines = Array.from({ length: limit }, (_, i) => i);
  for (const name of names) {
    expect(await logText(name, 'stdout')).toBe(`${lines.map((i) => `line ${i}\n`).join('')}done\n`);
    expect(await logText(name, 'stderr')).toBe(lines.map((i) => `err ${i}\n`).join(''));
  }
  expect(new Map((await engine.list()).map((it) => [it.name, it.pid]))).toEqual(pids);
});

test('what ends after a change of supervisors: its exit code is known if the kernel tells, else said to be unknown', async () => {
  const command = ['sh', '-c', 'trap "exit 9" TERM; echo ready; while true; do sleep 0.05; done'];
  await engine.runDetached({ image: 'busybox', command, name: 'adopted' });
  await until(async () => (await logText('adopted')) === 'ready\n');
  await killSupervisor();
  await supervisorPid();
  await engine.stop('adopted', { timeout: 20 });
  const { ExitCode, Status } = (await engine.inspect('adopted')).State;
  expect(Status).toBe('exited');
  expect([9, null]).toContain(ExitCode);
});

test('a container that ends while nobody looks: unknown, and said so; its last words are kept', async () => {
  const command = ['sh', '-c', 'printf "last words"; exec sleep 1000'];
  const id = await engine.runDetached({ image: 'busybox', command, name: 'alone' });
  const pid = (await engine.list())[0]!.pid!;
  await until(() => fs.statSync(join(containerDirectory(id), 'stdout.spool')).size === 10);
  await killSupervisor();
  process.kill(pid, 'SIGKILL');
  await until(async () => (await statusOf('alone')) === 'exited');
  expect((await engine.inspect('alone')).State.ExitCode).toBe(null);
  expect(await logText('alone')).toBe('last words');
});

test('it goes when it has nothing to do', async () => {
  const pid = await supervisorPid();
  await until(() => !fs.existsSync(`/proc/${pid}`), 30);
});

/** The supervisor: killed, followed by another, taking over what lives. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { containerDirectory } from '../../src/container/paths.ts';
import { until } from '../support.ts';
import { engine, killSupervisor, logText, statusOf, supervisorPid, tidyUp } from './support.ts';

afterEach(async () => {
  for (const it of await engine.list({ all: true })) await engine.remove(it.id, { force: true });
});
afterAll(tidyUp);

/** How many of them write: MINIDOCKER_TEST_WRITERS. */
const writers = Number(process.env.MINIDOCKER_TEST_WRITERS ?? 20);
const ROUND = 3000;

/** Writes numbered lines as fast as it can, a round each time that it is told to. */
const numbered = `
i=0
for round in 1 2 3; do
  while [ ! -e /told/$round ]; do sleep 0.02; done
  while [ $i -lt $((round * ${ROUND})) ]; do echo line $i; echo err $i >&2; i=$((i+1)); done
done
echo done; echo done >&2; exec sleep 1000`;

test(`killed with SIGKILL while ${writers} containers write: none dies, no line is lost or doubled`, {
  timeout: 180_000,
}, async () => {
  const told = fs.mkdtempSync(join(tmpdir(), 'told-'));
  const names = Array.from({ length: writers }, (_, i) => `writer${i}`);
  for (const name of names)
    await engine.runDetached({
      image: 'busybox',
      command: ['sh', '-c', numbered],
      name,
      volumes: [`${told}:/told:ro`],
    });
  const pids = new Map((await engine.list()).map((it) => [it.name, it.pid]));
  for (const round of ['1', '2']) {
    const before = await supervisorPid();
    const { length } = await logText('writer0');
    fs.writeFileSync(join(told, round), '');
    await until(async () => (await logText('writer0')).length > length, 20, 'the first lines');
    process.kill(before, 'SIGKILL');
    // The next command starts another, which takes over.
    await until(async () => (await engine.list()).length === writers && (await supervisorPid()) !== before);
  }
  fs.writeFileSync(join(told, '3'), '');
  const lines = Array.from({ length: 3 * ROUND }, (_, i) => i);
  for (const name of names)
    for (const [stream, word] of [
      ['stdout', 'line'],
      ['stderr', 'err'],
    ] as const) {
      await until(async () => (await logText(name, stream)).endsWith('done\n'), 60, `the end of what ${name} writes`);
      // Compared as a whole, but not shown as such.
      const wanted = `${lines.map((i) => `${word} ${i}\n`).join('')}done\n`;
      expect([name, stream, (await logText(name, stream)) === wanted]).toEqual([name, stream, true]);
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

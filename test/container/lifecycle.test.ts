/** The life of a detached container, from create to rm, with /proc and the kernel's files as witnesses. */
import * as fs from 'node:fs';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { until } from '../support.ts';
import { engine, logText, statusOf, tidyUp } from './support.ts';

const forever = ['sh', '-c', 'trap "exit 7" TERM; echo ready; while true; do sleep 0.05; done'];

afterEach(async () => {
  for (const it of await engine.list({ all: true })) await engine.remove(it.id, { force: true, volumes: true });
});
afterAll(tidyUp);

test('create, start, ps, logs, stop, start, kill, rm', async () => {
  const id = await engine.create({ image: 'busybox', command: forever, name: 'one', labels: ['a=b'] });
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  expect(await statusOf('one')).toBe('created');
  expect(await engine.list()).toEqual([]);
  await engine.start('one');
  const [line] = await engine.list();
  expect(line).toMatchObject({ name: 'one', status: 'running', image: 'busybox', labels: { a: 'b' } });
  expect(fs.readFileSync(`/proc/${line!.pid}/cmdline`, 'utf8')).toContain('trap "exit 7" TERM');
  await until(async () => (await logText('one')) === 'ready\n');
  expect(await engine.stop(id.slice(0, 12), { timeout: 20 })).toBe(id);
  expect((await engine.list({ all: true }))[0]).toMatchObject({ status: 'exited', exitCode: 7 });
  await engine.start('one');
  await engine.kill(String((await engine.list())[0]!.pid));
  expect((await engine.inspect('one')).State).toMatchObject({ Status: 'exited', ExitCode: 137 });
  await engine.remove('one');
  expect(await engine.list({ all: true })).toEqual([]);
  await expect(engine.start('one')).rejects.toThrow(/no such container: one/);
});

test('pause holds every process, unpause lets them go on', async () => {
  const command = ['sh', '-c', 'i=0; while true; do echo $i; i=$((i+1)); sleep 0.01; done'];
  await engine.runDetached({ image: 'busybox', command, name: 'held' });
  await until(async () => (await logText('held')).length > 0);
  await engine.pause('held');
  expect(await statusOf('held')).toBe('paused');
  const pid = (await engine.list())[0]!.pid!;
  const before = fs.readFileSync(`/proc/${pid}/schedstat`, 'utf8');
  await new Promise((go) => setTimeout(go, 200));
  expect(fs.readFileSync(`/proc/${pid}/schedstat`, 'utf8')).toBe(before);
  await engine.unpause('held');
  await until(() => fs.readFileSync(`/proc/${pid}/schedstat`, 'utf8') !== before);
});

test('a program that is not there: 127, the reason, and nothing is left with --rm', async () => {
  const wrong = { image: 'busybox', command: ['no-such-program'] };
  await expect(engine.runDetached({ ...wrong, rm: true })).rejects.toMatchObject({ exitCode: 127 });
  expect(await engine.list({ all: true })).toEqual([]);
  await expect(engine.runDetached({ ...wrong, name: 'wrong' })).rejects.toThrow(/not found/);
  expect((await engine.inspect('wrong')).State).toMatchObject({
    Status: 'exited',
    ExitCode: 127,
    Error: expect.stringMatching(/not found/),
  });
});

test('names are unique, and free again after rm', async () => {
  await engine.create({ image: 'busybox', name: 'only' });
  await expect(engine.create({ image: 'busybox', name: 'only' })).rejects.toThrow(/belongs to container/);
  await engine.remove('only');
  await engine.create({ image: 'busybox', name: 'only' });
  const tries = await Promise.allSettled(
    Array.from({ length: 8 }, () => engine.create({ image: 'busybox', name: 'wanted' })),
  );
  expect(tries.filter((it) => it.status === 'fulfilled')).toHaveLength(1);
});

test('--rm: it goes when it ends, and wait still knows how', async () => {
  const id = await engine.runDetached({ image: 'busybox', command: ['sh', '-c', 'sleep 0.3; exit 5'], rm: true });
  expect(await engine.wait(id)).toBe(5);
  await until(async () => (await engine.list({ all: true })).length === 0);
});

test('a container of the foreground is seen by ps, and stopped by stop', async () => {
  const { ended, container } = await engine.startForeground(
    { image: 'busybox', command: forever, name: 'front', rm: true },
    { stdio: [null, null, null] },
  );
  expect((await engine.list())[0]).toMatchObject({ name: 'front', status: 'running' });
  const [exit] = await Promise.all([ended(), engine.stop('front', { timeout: 20 })]);
  expect(exit).toEqual({ code: 7, signal: null });
  expect(await engine.list({ all: true })).toEqual([]);
  expect(fs.existsSync(container.directory)).toBe(false);
});

test('what a container of the foreground has written is shown, and kept when it stays', async () => {
  const options = { image: 'busybox', command: ['sh', '-c', 'echo out; echo err >&2; printf end'], name: 'kept' };
  const shown: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => shown.push(String(text)) > 0);
  const { ended } = await engine.startForeground(options).finally(() => undefined);
  await ended();
  write.mockRestore();
  expect(shown.join('')).toBe('out\nend');
  expect([await logText('kept', 'stdout'), await logText('kept', 'stderr')]).toEqual(['out\nend', 'err\n']);
});

test('events tell it all, in order', async () => {
  const since = Date.now();
  const id = await engine.runDetached({ image: 'busybox', command: ['false'], name: 'told' });
  await engine.wait(id);
  await engine.remove('told');
  const seen: string[] = [];
  for await (const it of engine.events({ since, until: Date.now(), filters: { container: ['told'] } }))
    seen.push(it.action);
  expect(seen).toEqual(['create', 'start', 'die', 'destroy']);
});

test('twenty who stop and remove the same container: one clear winner', async () => {
  const id = await engine.runDetached({ image: 'busybox', command: ['sleep', '1000'], name: 'contested' });
  const tries = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) =>
      i % 2 ? engine.remove(id, { force: true }) : engine.stop(id, { timeout: 0 }),
    ),
  );
  const removals = tries.filter((it, i) => i % 2 && it.status === 'fulfilled');
  expect(removals).toHaveLength(1);
  for (const it of tries) if (it.status === 'rejected') expect(it.reason.message).toMatch(/no such container/);
  expect(await engine.list({ all: true })).toEqual([]);
});

/** The store: many who write at once, damaged files, a full disk, a read-only one, what a SIGKILL leaves. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { Cgroup } from '../../src/cgroup/cgroup.ts';
import { makeBox } from '../../src/container/make.ts';
import { cgroupParent, containerDirectory, containersDirectory, stateRoot } from '../../src/container/paths.ts';
import { holdLock, isHeld, withLock } from '../../src/container/store/lock.ts';
import { changeState, readContainer } from '../../src/container/store/store.ts';
import { engine, statusOf, tidyUp } from './support.ts';

afterEach(tidyUp);

const box = { image: 'host' };

test('forty changes at once: none is lost', async () => {
  const id = await engine.create(box);
  const changes = Array.from({ length: 40 }, () =>
    changeState(id, (it) => ({ ...it, restartCount: it.restartCount + 1 })),
  );
  await Promise.all(changes);
  expect(readContainer(id)?.state.restartCount).toBe(40);
  expect(fs.readdirSync(containerDirectory(id)).filter((it) => /\.\d+\.\d+$/.test(it))).toEqual([]);
});

test('a lock is held by one, and free when its holder has ended', async () => {
  const path = join(stateRoot(), 'some.lock');
  fs.mkdirSync(stateRoot(), { recursive: true });
  const order: string[] = [];
  await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      withLock(path, async () => {
        order.push(name);
        await new Promise((go) => setTimeout(go, 5));
        order.push(name);
      }),
    ),
  );
  for (let i = 0; i < order.length; i += 2) expect(order[i]).toBe(order[i + 1]);
  const fd = holdLock(path);
  expect([isHeld(path), holdLock(path)]).toEqual([true, undefined]);
  fs.closeSync(fd!);
  expect(isHeld(path)).toBe(false);
});

test.each([
  ['container.json', 'garbage{'],
  ['container.json', ''],
  ['container.json', 'null'],
  ['container.json', '{"id":"other"}'],
  ['state.json', '{"restartCount":'],
  ['state.json', '[]'],
  ['config.json', '\0\0\0'],
])('%s that is %j: a clear error, the others are not affected, rm -f takes it away', async (file, content) => {
  const damaged = await engine.create({ ...box, name: 'damaged' });
  await engine.create({ ...box, name: 'sound' });
  fs.writeFileSync(join(containerDirectory(damaged), file), content);
  await expect(engine.inspect('damaged')).rejects.toThrow(
    new RegExp(`${file} is damaged.*rm -f ${damaged.slice(0, 12)}`),
  );
  expect(await statusOf('sound')).toBe('created');
  expect((await engine.list({ all: true })).map((it) => it.id)).toContain(damaged);
  await engine.remove(damaged.slice(0, 12), { force: true });
  expect((await engine.list({ all: true })).map((it) => it.name)).toEqual(['sound']);
  await engine.create({ ...box, name: 'damaged' });
});

test('found by id, beginning, name; said clearly when there are none or several', async () => {
  const id = await engine.create({ ...box, name: 'found' });
  for (const it of [id, id.slice(0, 8), 'found']) expect((await engine.inspect(it)).Id).toBe(id);
  await expect(engine.inspect('nobody')).rejects.toThrow(/^no such container: nobody/);
  fs.mkdirSync(join(containersDirectory(), `${id.slice(0, 62)}${id.endsWith('00') ? '11' : '00'}`));
  const shared = id.slice(0, 62);
  await expect(engine.inspect(shared)).rejects.toThrow(/beginning of 2 containers|no such container/);
  fs.rmdirSync(join(containersDirectory(), `${shared}${id.endsWith('00') ? '11' : '00'}`));
});

test('what a dead owner has left goes with the next command, with its control group', async () => {
  const made = makeBox(box);
  for (const step of made.steps.slice(0, 6)) await made.box.apply(step);
  const { id, directory } = made.box;
  const group = `${cgroupParent()}/${id}`;
  const present = Cgroup.exists(group);
  expect(await engine.list({ all: true })).toEqual([]);
  expect(fs.existsSync(directory)).toBe(true);
  // The same as if the command had been killed: its processes are gone, its owner is another that does not live.
  made.box.process.end();
  for (const it of made.box.parents) it.end();
  const owner = JSON.parse(fs.readFileSync(join(directory, 'owner.json'), 'utf8'));
  fs.writeFileSync(join(directory, 'owner.json'), JSON.stringify({ ...owner, startTime: '1' }));
  await engine.list();
  expect(fs.existsSync(directory)).toBe(false);
  expect([present, Cgroup.exists(group)]).toEqual([true, false]);
});

/** Runs state-root.ts where the state root is another file system. */
function elsewhere(kind: 'full' | 'readonly', prepare: string): string[] {
  const script = fileURLToPath(new URL('./state-root.ts', import.meta.url));
  const command = `mount --make-rprivate / && ${prepare} && exec node --import tsx ${script} ${kind}`;
  const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', command], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

test('a full disk: a clear error, the others are seen, and it works again when there is room', () => {
  const [refused, seen, again] = elsewhere(
    'full',
    'mkdir -p $MINIDOCKER_ROOT && mount -t tmpfs -o size=512k tmpfs $MINIDOCKER_ROOT',
  );
  expect(refused).toMatch(/^UsageError: .*(ENOSPC).*the disk is full/);
  expect(seen).toBe('[]');
  expect(again).toBe('64');
});

test('a read-only state root: a clear error, what is there is seen', async () => {
  await engine.create({ ...box, name: 'first' });
  const [refused, seen] = elsewhere(
    'readonly',
    'mount --bind $MINIDOCKER_ROOT $MINIDOCKER_ROOT && mount -o remount,bind,ro $MINIDOCKER_ROOT',
  );
  expect(refused).toMatch(/^UsageError: .*(EROFS).*read-only/);
  expect(seen).toBe('["first created"]');
});

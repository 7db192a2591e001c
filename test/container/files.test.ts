/** Files out of containers and into them, what they have changed, volumes; with the host's tar as the witness. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { chooseTarget } from '../../src/container/files/copy.ts';
import { engine, tidyUp } from './support.ts';

let place: string;
beforeEach(() => {
  place = fs.mkdtempSync(join(process.env.TMPDIR ?? '/tmp', 'files-'));
});
afterEach(async () => {
  for (const it of await engine.list({ all: true })) await engine.remove(it.id, { force: true, volumes: true });
});
afterAll(tidyUp);

async function collect(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const script =
  'mkdir -p /d/e; echo deep > /d/e/f; ln /d/e/f /d/hard; ln -s e/f /d/soft; chmod 4750 /d/e/f; touch /ready; sleep 1000';

async function started(name = 'box'): Promise<void> {
  await engine.runDetached({ image: 'busybox', command: ['sh', '-c', script], name });
  while ((await engine.exec(name, { command: ['test', '-f', '/ready'], stdio: [null, null, null] })) !== 0);
}

test('cp, of a running and of a stopped container, both ways', async () => {
  await started();
  fs.mkdirSync(join(place, 'in/sub'), { recursive: true });
  fs.writeFileSync(join(place, 'in/sub/file'), 'from here');
  for (const round of ['running', 'stopped']) {
    if (round === 'stopped') await engine.stop('box', { timeout: 0 });
    await engine.copyFrom('box', '/d/e/f', join(place, `${round}-file`));
    expect(fs.readFileSync(join(place, `${round}-file`), 'utf8')).toBe('deep\n');
    await engine.copyFrom('box', '/d', join(place, round));
    expect(fs.readlinkSync(join(place, round, 'soft'))).toBe('e/f');
    expect(fs.statSync(join(place, round, 'hard')).ino).toBe(fs.statSync(join(place, round, 'e/f')).ino);
    await engine.copyTo('box', join(place, 'in'), `/${round}`);
    await engine.copyTo('box', `${place}/in/.`, '/d');
    expect((await engine.diff('box')).map((it) => it.path)).toEqual(
      expect.arrayContaining([`/${round}/sub/file`, '/d/sub/file']),
    );
  }
  await expect(engine.copyFrom('box', '/nothing', place)).rejects.toThrow(/there is no \/nothing in the container/);
  await expect(engine.copyTo('box', join(place, 'nothing'), '/d')).rejects.toThrow(
    /there is no .*nothing in this host/,
  );
});

test('as a tar stream, which tar(1) reads, and whose own it takes', async () => {
  await started();
  const archive = await collect(await engine.readArchive('box', '/d'));
  const listing = execFileSync('tar', ['-tvf', '-'], { input: archive, encoding: 'utf8' });
  expect(listing).toMatch(/^drwxr-xr-x .* d\/$/m);
  expect(listing).toMatch(/-rwsr-x--- .* d\/e\/f$/m);
  expect(listing).toMatch(/d\/hard link to d\/e\/f/);
  expect(listing).toMatch(/d\/soft -> e\/f/);
  fs.writeFileSync(join(place, 'a'), 'packed by tar');
  fs.symlinkSync('a', join(place, 'l'));
  const packed = execFileSync('tar', ['-cf', '-', '-C', place, 'a', 'l']);
  await engine.writeArchive('box', '/d', Readable.from([packed]));
  expect(await collect(await engine.readArchive('box', '/d/a'))).toEqual(expect.any(Buffer));
  await engine.copyFrom('box', '/d/l', join(place, 'followed'), { followLink: true });
  const whole = execFileSync('tar', ['-tf', '-'], {
    input: await collect(await engine.exportContainer('box')),
    encoding: 'utf8',
  });
  expect(whole).toContain('bin/busybox');
  expect(whole).not.toMatch(/^proc\/\d/m);
});

test('no link leads out of the container, no name of an archive out of its directory', async () => {
  await started();
  fs.writeFileSync(join(place, 'secret'), 'of the host');
  const out = `ln -s ${place} /out; ln -s ../../../../../../../..${place} /up; mkdir /t`;
  await engine.exec('box', { command: ['sh', '-c', out], stdio: [null, null, null] });
  for (const path of ['/out/secret', '/up/secret'])
    await expect(engine.copyFrom('box', path, join(place, 'stolen'))).rejects.toThrow(/there is no/);
  await expect(engine.copyTo('box', join(place, 'secret'), '/out/new')).rejects.toThrow(/there is no directory/);
  const evil = execFileSync('tar', [
    '-cf',
    '-',
    '-P',
    '--transform',
    's,^.*secret,../../../../../../tmp/mdt-escaped,',
    join(place, 'secret'),
  ]);
  await engine.writeArchive('box', '/t', Readable.from([evil]));
  expect(fs.existsSync('/tmp/mdt-escaped')).toBe(false);
  expect((await engine.diff('box')).map((it) => it.path)).toContain('/t/tmp/mdt-escaped');
});

test('where a copy goes: docker-cp(1)', () => {
  const file = { path: '/a/f', kind: 'file' } as const;
  const directory = { path: '/a/d', kind: 'directory' } as const;
  expect(chooseTarget(file, '/x', 'directory', 'directory')).toEqual({ directory: '/x' });
  expect(chooseTarget(file, '/x/new', undefined, 'directory')).toEqual({ directory: '/x', name: 'new' });
  expect(chooseTarget(file, '/x/old', 'file', 'directory')).toEqual({ directory: '/x', name: 'old' });
  expect(chooseTarget(directory, '/x/new', undefined, 'directory')).toEqual({ directory: '/x', name: 'new' });
  expect(chooseTarget({ path: '/a/d/.', kind: 'directory' }, '/x', 'directory', 'directory')).toEqual({
    directory: '/x',
    name: '.',
  });
  expect(() => chooseTarget(file, '/x/new/', undefined, 'directory')).toThrow(/no such directory/);
  expect(() => chooseTarget(directory, '/x/old', 'file', 'directory')).toThrow(/in the place of a file/);
  expect(() => chooseTarget(file, '/no/new', undefined, undefined)).toThrow(/no directory for it/);
});

test('volumes: by name they stay, without one they go with rm -v', async () => {
  const write = (volume: string, name: string) =>
    engine.runDetached({ image: 'busybox', command: ['sh', '-c', 'echo kept >> /v/file'], volumes: [volume], name });
  await engine.wait(await write('named:/v', 'one'));
  await engine.wait(await write('named:/v', 'two'));
  await engine.wait(await write('/v', 'three'));
  const { Mountpoint } = await engine.volumes.inspect('named');
  expect(fs.readFileSync(join(Mountpoint, 'file'), 'utf8')).toBe('kept\nkept\n');
  expect(await engine.volumes.list()).toHaveLength(2);
  await expect(engine.volumes.remove('named')).rejects.toThrow(/in use by/);
  await engine.remove('three', { volumes: true });
  expect((await engine.volumes.list()).map((it) => it.Name)).toEqual(['named']);
  await engine.remove('one');
  await engine.remove('two');
  expect((await engine.volumes.prune()).removed).toEqual([]);
  expect((await engine.volumes.prune({ all: true })).removed).toEqual(['named']);
});

test('a new volume begins with what the image has there; a used one stays as it is', async () => {
  const look = ['sh', '-c', 'echo $(ls /etc); rm /etc/group'];
  for (const [name, files] of [
    ['first', 'group hosts passwd'],
    ['second', 'hosts passwd'],
  ]) {
    await engine.wait(
      await engine.runDetached({ image: 'busybox', command: look, volumes: ['etc:/etc'], name: name! }),
    );
    let text = '';
    for await (const it of engine.logs(name!)) if (it.stream === 'stdout') text += it.log;
    expect(text.trim()).toBe(files);
    await engine.remove(name!);
  }
  await engine.volumes.remove('etc');
});

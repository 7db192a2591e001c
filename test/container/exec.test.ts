/** A further process in a container, being attached to one, its health; /proc as the witness. */
import * as fs from 'node:fs';
import { afterAll, afterEach, expect, test } from 'vitest';
import { openPipe, readAll } from '../../src/container/pipes.ts';
import { readContainer } from '../../src/container/store/store.ts';
import { until } from '../support.ts';
import { engine, killSupervisor, logText, tidyUp } from './support.ts';

afterEach(async () => {
  for (const it of await engine.list({ all: true })) await engine.remove(it.id, { force: true });
});
afterAll(tidyUp);

const sleeper = { image: 'busybox', command: ['sleep', '1000'], name: 'box' };

async function output(command: string[], more: Partial<Parameters<typeof engine.exec>[1]> = {}) {
  const pipe = openPipe();
  const run = engine.exec('box', { command, stdio: [null, pipe.write, pipe.write], ...more });
  const { text } = readAll(pipe.read);
  const exitCode = await run.finally(() => pipe.closeWrite());
  return { exitCode, text: await text };
}

test('it is in every namespace of the container, in its group, with its rights', async () => {
  await engine.runDetached({ ...sleeper, env: ['A=1'], capDrop: ['ALL'], capAdd: ['CHOWN'] });
  const pid = (await engine.list())[0]!.pid!;
  const { text } = await output([
    'sh',
    '-c',
    'for i in mnt net pid; do readlink /proc/self/ns/$i; done; echo $A; grep -E "^(CapEff|Seccomp):" /proc/self/status; cat /proc/1/comm',
  ]);
  const own = (kind: string): string => fs.readlinkSync(`/proc/${pid}/ns/${kind}`);
  expect(text.split('\n').slice(0, 4)).toEqual([own('mnt'), own('net'), own('pid'), '1']);
  expect(text).toMatch(/CapEff:\t0000000000000001\nSeccomp:\t2\n/);
  expect(text).toMatch(/sleep\n$/);
  const group = fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  const { box, ended } = await engine.startExec('box', { command: ['sleep', '1000'], stdio: [null, null, null] });
  expect(fs.readFileSync(`/proc/${box.process.pid}/cgroup`, 'utf8')).toBe(group);
  expect((await engine.top('box')).processes).toHaveLength(2);
  box.process.kill();
  expect(await ended()).toEqual({ code: null, signal: 9 });
});

test('exit codes, user, directory, variables, as Docker has them', async () => {
  await engine.runDetached(sleeper);
  expect((await output(['sh', '-c', 'exit 42'])).exitCode).toBe(42);
  const { text } = await output(['sh', '-c', 'id -u; pwd; echo $B'], { user: 'nobody', workdir: '/tmp', env: ['B=2'] });
  expect(text).toBe('65534\n/tmp\n2\n');
  await expect(engine.exec('box', { command: ['nothing'] })).rejects.toMatchObject({ exitCode: 127 });
  await expect(engine.exec('box', { command: ['/etc/passwd'] })).rejects.toMatchObject({ exitCode: 126 });
  await engine.pause('box');
  await expect(engine.exec('box', { command: ['true'] })).rejects.toThrow(/is paused/);
  await engine.unpause('box');
  await engine.stop('box', { timeout: 0 });
  await expect(engine.exec('box', { command: ['true'] })).rejects.toThrow(/is not running/);
});

test('an ordinary user can open /dev/stdout again', async () => {
  const command = ['sh', '-c', 'echo by name > /dev/stdout; id -u'];
  await engine.wait(await engine.runDetached({ image: 'busybox', command, user: 'nobody', name: 'box' }));
  expect(await logText('box')).toBe('by name\n65534\n');
});

test('attached: what goes in comes out, the end of input is one, the exit code is known', async () => {
  await engine.create({
    image: 'busybox',
    command: ['sh', '-c', 'cat; echo end >&2; exit 3'],
    interactive: true,
    name: 'cat',
  });
  const attachment = await engine.startAttached('cat', { stdin: true });
  const sent = 'x'.repeat(300_000);
  attachment.write(Buffer.from(sent));
  attachment.end();
  const got = { stdout: '', stderr: '' };
  for await (const { stream, bytes } of attachment.output()) got[stream] += bytes;
  expect(got.stdout === sent).toBe(true);
  expect([got.stderr, attachment.exitCode]).toEqual(['end\n', 3]);
});

test('who reads along slowly gets everything, and the program waits for it', async () => {
  const command = ['sh', '-c', 'dd if=/dev/zero bs=1M count=24; echo done >&2'];
  await engine.create({ image: 'busybox', command, name: 'box' });
  const attachment = await engine.startAttached('box');
  await new Promise((go) => setTimeout(go, 500));
  const pid = (await engine.list())[0]?.pid;
  expect(pid).toBeDefined();
  let bytes = 0;
  for await (const it of attachment.output()) if (it.stream === 'stdout') bytes += it.bytes.length;
  expect([bytes, attachment.exitCode]).toEqual([24 << 20, 0]);
});

test('a terminal outlives the supervisor; its size can be changed', async () => {
  await engine.runDetached({ image: 'busybox', command: ['sh'], interactive: true, tty: true, name: 'tty' });
  const first = await engine.attach('tty', { stdin: true });
  first.resize({ height: 33, width: 77 });
  first.write(Buffer.from('stty size\n'));
  for await (const _ of first.output()) if ((await logText('tty')).includes('33 77')) first.detach();
  expect(first.exitCode).toBe(undefined);
  await killSupervisor();
  const second = await engine.attach('tty', { stdin: true });
  second.write(Buffer.from('echo $((40+2)); exit 6\n'));
  let text = '';
  for await (const { bytes } of second.output()) text += bytes;
  expect(text).toMatch(/\n42\r\n/);
  expect([6, null]).toContain(await engine.wait('tty'));
});

test('nobody keeps the terminal of a container that has gone, or could not begin', async () => {
  const shell = { image: 'busybox', interactive: true, tty: true };
  const keeperOf = (id: string): number => readContainer(id)!.state.keeper!.pid;
  const removed = await engine.runDetached({ ...shell, command: ['sh'] });
  const keepers = [keeperOf(removed)];
  await engine.remove(removed, { force: true });
  const ended = await engine.runDetached({ ...shell, command: ['sh'] });
  keepers.push(keeperOf(ended));
  await killSupervisor();
  await engine.kill(ended);
  await expect(engine.runDetached({ ...shell, command: ['nothing'], name: 'box' })).rejects.toThrow(/not found/);
  expect((await engine.inspect('box')).State).toMatchObject({ Status: 'exited', ExitCode: 127 });
  await until(() =>
    keepers.every(
      (pid) => !fs.existsSync(`/proc/${pid}`) || /^State:\tZ/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8')),
    ),
  );
});

test('health: starting, unhealthy after so many failures, healthy after one success', async () => {
  const check = { healthCmd: 'echo looking; test -f /tmp/well', healthInterval: '100ms', healthRetries: 2 };
  await engine.runDetached({ ...sleeper, ...check });
  const health = async () => (await engine.inspect('box')).State.Health;
  await until(async () => (await health())?.Status === 'unhealthy');
  expect((await health())?.Log[0]).toMatchObject({ ExitCode: 1, Output: 'looking\n' });
  expect((await engine.list({ filters: { health: ['unhealthy'] } })).map((it) => it.name)).toEqual(['box']);
  await output(['touch', '/tmp/well']);
  await until(async () => (await health())?.Status === 'healthy');
});

test('logs: the last lines, from a time on, as they come; turned over when they are long', async () => {
  const command = ['sh', '-c', 'i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); done; sleep 0.5; echo last'];
  await engine.runDetached({ image: 'busybox', command, name: 'box', logOpt: ['max-size=2k', 'max-file=3'] });
  const seen: string[] = [];
  for await (const it of engine.logs('box', { follow: true })) seen.push(it.log);
  expect(seen.at(-1)).toBe('last\n');
  const tail: string[] = [];
  for await (const it of engine.logs('box', { tail: 2 })) tail.push(it.log);
  expect(tail).toEqual(['line 299\n', 'last\n']);
  for await (const it of engine.logs('box', { since: Date.now() + 1000 })) expect(it).toBe(undefined);
  const { LogPath } = await engine.inspect('box');
  expect(fs.existsSync(`${LogPath}.2`)).toBe(true);
  expect(fs.existsSync(`${LogPath}.3`)).toBe(false);
  expect(JSON.parse(fs.readFileSync(LogPath, 'utf8').split('\n')[0]!)).toEqual({
    log: expect.stringMatching(/^line \d+\n$/),
    stream: 'stdout',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
  });
});

test('too much memory: the kernel ends it, and that is known', async () => {
  const command = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=200M', 'count=1'];
  const id = await engine.runDetached({ image: 'busybox', command, memory: '24m', name: 'box' });
  expect(await engine.wait(id)).toBe(137);
  expect((await engine.inspect('box')).State).toMatchObject({ OOMKilled: true, ExitCode: 137 });
});

test('update and stats of a running container', async () => {
  await engine.runDetached({ ...sleeper, memory: '64m' });
  await engine.update('box', { memory: '128m', restart: 'on-failure:2' });
  const { HostConfig } = await engine.inspect('box');
  expect(HostConfig).toMatchObject({ Memory: 128 << 20, RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 } });
  for await (const it of engine.statistics('box', { once: true, milliseconds: 50 }))
    expect(it).toMatchObject({ name: 'box', memoryLimit: 128 << 20, processes: 1 });
  await engine.rename('box', 'other');
  expect((await engine.list()).map((it) => it.name)).toEqual(['other']);
});

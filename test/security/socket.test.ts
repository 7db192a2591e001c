/** The supervisor's socket: others cannot connect, and whoever can harms nobody with what is malformed, huge or slow. */
import * as fs from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tidyUp } from '../e2e/life.ts';
import { directoriesLeft, say } from '../e2e/program.ts';
import { until, witness } from '../support.ts';

const root = (): string => process.env.MINIDOCKER_ROOT!;
const path = (): string => join(root(), 'supervisor.sock');
/** Of somebody who asks for nothing but a sign of life. */
const PING = '{"op":"ping"}\n';
let supervisor: number;

const sockets: Socket[] = [];
/** A connection; what it hears is in `heard`. */
async function connected(): Promise<{ socket: Socket; heard: () => string; closed: () => boolean }> {
  const socket = connect(path());
  sockets.push(socket);
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, heard: () => text, closed: () => socket.destroyed };
}

async function ping(): Promise<number> {
  const { socket, heard } = await connected();
  socket.write(PING);
  await until(() => heard().includes('\n'));
  socket.destroy();
  return JSON.parse(heard()).supervisor;
}

/** In kilobytes, as the kernel counts them. */
const memory = (): number => Number(/^VmRSS:\s+(\d+)/m.exec(witness('cat', `/proc/${supervisor}/status`))?.[1]);

beforeAll(async () => {
  await say('run -d --name living host sleep 1000');
  supervisor = await ping();
});

afterAll(async () => {
  for (const it of sockets) it.destroy();
  await tidyUp();
  expect(directoriesLeft()).toEqual([]);
});

/** Nothing has happened to it, nor to what it looks after. */
async function isWell(): Promise<void> {
  expect(await ping()).toBe(supervisor);
  expect(await say('inspect -f {{.State.Status}} living')).toBe('running');
  expect(await say('exec living echo still here')).toBe('still here');
}

describe('the supervisor’s socket', () => {
  test('lets no other user connect, unless file and directory let them', () => {
    const other = (): string => {
      const script = `const s = require('node:net').connect(process.argv[1], () => s.write(${JSON.stringify(PING)}));
        s.on('data', (d) => { console.log(String(d)); s.destroy(); }).on('error', (e) => console.log(e.code))`;
      const user = ['--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all', '--bounding-set=-all'];
      return witness('setpriv', ...user, process.execPath, '-e', script, path()).trim();
    };
    expect(other()).toBe('EACCES');
    fs.chmodSync(path(), 0o666);
    expect(other()).toBe('EACCES');
    fs.chmodSync(root(), 0o711);
    fs.chmodSync(path(), 0o600);
    expect(other()).toBe('EACCES');
    fs.chmodSync(path(), 0o666);
    expect(other()).toContain('"ok":true');
    fs.chmodSync(path(), 0o600);
    fs.chmodSync(root(), 0o700);
  });

  test.each([
    ['no JSON', 'hello\n'],
    ['an unknown request', '{"op":"format"}\n'],
    ['no request', '[1,2,3]\nnull\n'],
    ['bytes', Buffer.from([0, 255, 254, 10, 0, 10])],
    ['a name that is a path', '{"op":"start","id":"../../../etc"}\n'],
    ['depth', `${'['.repeat(200_000)}\n`],
  ])('%s is refused', async (_, text) => {
    const { socket, heard, closed } = await connected();
    socket.write(text);
    await until(closed);
    expect(heard()).not.toContain('"ok":true');
    await isWell();
  });

  test('a line without an end is cut off, and fills no memory', async () => {
    const before = memory();
    const { socket, closed } = await connected();
    const piece = Buffer.alloc(1 << 20, 'x');
    let sent = 0;
    // As much as it takes, up to 256 MiB.
    while (!closed() && sent < 256) {
      await new Promise((resolve) => socket.write(piece, resolve));
      sent++;
    }
    expect(sent).toBeLessThan(64);
    expect(memory() - before).toBeLessThan(64 * 1024);
    await isWell();
  });

  test('a hundred who say nothing, or half of something, keep nobody waiting, and are let go', async () => {
    const silent = await Promise.all(Array.from({ length: 100 }, connected));
    for (const { socket } of silent.slice(50)) socket.write(PING.slice(0, -3));
    await isWell();
    expect(silent.filter((it) => it.closed())).toEqual([]);
    await until(() => silent.every((it) => it.closed()), 30, 'they are let go');
    await isWell();
  });
});

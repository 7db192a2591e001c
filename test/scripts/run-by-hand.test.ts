/** The run that is written out makes the same container as run() does: the same list, and the same to see from inside. */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeBox, run } from 'minidocker';
import { beforeAll, expect, test } from 'vitest';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const options = { image: 'host', hostname: 'by-hand', memory: '64m', pidsLimit: 20 };

/** What a container is, told by a program in it. What differs from one to the next (ids, paths of the overlay, inode numbers) is left out. */
const look = [
  'uname -n',
  'grep -E "^(NSpid|Uid|Gid|Groups|Cap[A-Za-z]+|NoNewPrivs|Seccomp):" /proc/self/status',
  'cut -d" " -f5,6 /proc/self/mountinfo',
  'cat /proc/self/cgroup',
  'find /dev -printf "%p %y %m %l\\n" | sort',
  'ls /sys/class/net; cat /sys/class/net/lo/flags; cat /proc/sys/net/ipv4/ip_unprivileged_port_start',
  'ls -A /root /home /tmp; wc -c < /etc/shadow; echo "$PATH"; pwd',
].join('; ');

function byHand(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['scripts/run-by-hand.mjs', ...words], { cwd: checkout, encoding: 'utf8' });
}

beforeAll(() => {
  // The script imports what is built, as anybody's script does.
  if (!fs.existsSync(`${checkout}/dist/index.js`)) execFileSync('npm', ['run', '--silent', 'build'], { cwd: checkout });
});

test('from inside it is the same container', async () => {
  const theirs = byHand('sh', '-c', look);
  const ours = await run({ ...options, command: ['sh', '-c', look], capture: true });
  expect(theirs.status).toBe(0);
  for (const part of ['by-hand\n', 'CapEff:\t00000000a80425fb\n', '\n/dev/null c 666'])
    expect(theirs.stdout).toContain(part);
  expect(theirs.stdout.split('\n')).toEqual(ours.stdout.split('\n'));
});

test('every step of the list is there, in its order', async () => {
  const made = makeBox({ ...options, command: ['true'] });
  await made.remove();
  const titles = byHand('true')
    .stderr.trim()
    .split('\n')
    .map((line) => line.trim().replace(/^\d+ +/, ''));
  expect(titles).toEqual(made.steps.map((it) => it.title));
});

test('it exits as the program does, and says why it cannot begin', () => {
  expect(byHand('sh', '-c', 'exit 7').status).toBe(7);
  expect(byHand('/no/such/program')).toMatchObject({
    status: 127,
    stderr: expect.stringContaining('/no/such/program: not found'),
  });
});

test('zx runs it too', () => {
  const output = execFileSync('node_modules/.bin/zx', ['scripts/run-by-hand.mjs', 'uname', '-n'], {
    cwd: checkout,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect(output).toBe('by-hand\n');
});

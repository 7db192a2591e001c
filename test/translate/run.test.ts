/** What a session is translated to really runs, and shows the same from inside: the shell script under sh, the program under Node, config.json under runc. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { groups, script } from '../repl/program.ts';
import { witness } from '../support.ts';

const directory = join(process.env.TMPDIR!, 'translated');
const has = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** What a program says of where it is. */
const report =
  'echo "host $(uname -n)"; echo "processes" /proc/[0-9]*; echo "links $(ls /sys/class/net)"; id; grep -E "^(Cap|NoNewPrivs)" /proc/self/status; pwd; ls /dev';

/** Builds the whole container, has it said in a language, and gives what the program said and the translation. */
async function inBoth(language: string, ...args: string[]): Promise<{ said: string; translation: string }> {
  const done = await script(
    ['for (const it of list) await box.apply(it)', '"TRANSLATED"', `console.log(as("${language}"))`],
    ...args,
    '--',
    'sh',
    '-c',
    report,
  );
  expect(done.stderr).toBe('');
  expect(done.status).toBe(0);
  const [before = '', after = ''] = done.stdout.split("'TRANSLATED'\n");
  const said = before
    .split('\n')
    .filter((line) => !/^✔|^The program has ended/.test(line))
    .join('\n')
    .trim();
  return { said, translation: after.slice(0, after.lastIndexOf('\nRemoved:')) };
}

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
  // runc leaves the group above its own.
  for (const it of groups()) rmdirSync(it);
});

it('says it as a shell script that makes the same container', async () => {
  const { said, translation } = await inBoth('shell');
  expect(said).toContain('host lab\nprocesses /proc/1\n');
  mkdirSync(directory);
  const file = join(directory, 'container.sh');
  writeFileSync(file, translation);
  const mounts = witness('cat', '/proc/self/mountinfo');
  expect(witness('sh', file).trim()).toBe(said);
  expect(translation).toContain('(sh has no equivalent)');
  expect(witness('cat', '/proc/self/mountinfo')).toBe(mounts);
});

it('says it as a program that makes the same container', async () => {
  const { said, translation } = await inBoth('javascript');
  mkdirSync(directory);
  const file = join(directory, 'container.mjs');
  const api = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
  writeFileSync(file, translation.replace("'minidocker'", JSON.stringify(api)));
  expect(witness(process.execPath, file).trim()).toBe(said);
});

it.skipIf(!has('runc') || !existsSync('/bin/busybox'))('says it as a config.json that runc runs', async () => {
  const rootfs = join(directory, 'rootfs');
  mkdirSync(join(rootfs, 'bin'), { recursive: true });
  for (const name of ['dev', 'proc', 'sys', 'etc']) mkdirSync(join(rootfs, name));
  copyFileSync('/bin/busybox', join(rootfs, 'bin/busybox'));
  for (const name of ['sh', 'uname', 'ls', 'id', 'grep', 'pwd']) symlinkSync('busybox', join(rootfs, 'bin', name));
  const { said, translation } = await inBoth('config', '--image', rootfs);
  expect(said).toContain('host lab\nprocesses /proc/1\n');
  writeFileSync(join(directory, 'config.json'), translation);
  const name = `mdt-as-${process.pid}`;
  const found = witness('runc', '--root', join(directory, 'state'), 'run', '--bundle', directory, name);
  // runc makes /dev/core and its own console besides.
  const without = (text: string): string[] => text.split('\n').filter((line) => !/^(core|console)$/.test(line));
  expect(without(found.trim())).toEqual(without(said));
});

it('says it as the calls that were made, and as Docker’s flags', async () => {
  const calls = await inBoth('strace');
  expect(calls.translation).toMatch(/^# a new uts namespace\n\[blank \d+\] unshare\(CLONE_NEWUTS\) = 0 </m);
  expect(calls.translation).toMatch(/sethostname\("lab", 3\) = 0/);
  const { translation } = await inBoth('docker');
  expect(translation).toMatch(/^docker run --rm --network none --hostname lab .*debian:stable sh -c '/m);
  expect(translation).toContain('Docker has no equivalent');
});

it('knows no other language', async () => {
  const { status, stderr } = await script(['as("klingon")']);
  expect(status).toBe(1);
  expect(stderr).toContain('javascript, shell, strace, docker, config');
});

/** run(): programs, their ends, their limits; bad input leaves nothing behind. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { run, UsageError } from 'minidocker';
import { describe, expect, test } from 'vitest';
import { witness } from '../support.ts';

const busybox = (command: string, more: object = {}) =>
  run({ image: 'busybox', command: ['sh', '-c', command], capture: true, ...more });

const containers = (): string[] => {
  const directory = join(process.env.MINIDOCKER_ROOT!, 'containers');
  return fs.existsSync(directory) ? fs.readdirSync(directory) : [];
};

describe('run', () => {
  test('returns output and exit code', async () => {
    expect(await busybox('echo out; echo err >&2; exit 3')).toMatchObject({
      stdout: 'out\n',
      stderr: 'err\n',
      exitCode: 3,
      signal: null,
    });
    expect(containers()).toEqual([]);
  });

  test('128 + n for a signal', async () => {
    expect(await busybox('kill -9 $$ ; sleep 100 & kill -KILL $!; wait $!')).toMatchObject({ exitCode: 137 });
  });

  test('an executable of the host in place of an image', async () => {
    const result = await run({ image: '/bin/uname', capture: true });
    expect(result.stdout).toBe(witness('uname'));
  });

  test('a directory as root file system', async () => {
    const root = fs.mkdtempSync(join(process.env.TMPDIR!, 'root-'));
    fs.mkdirSync(join(root, 'bin'));
    fs.copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
    const result = await run({ image: root, command: ['/bin/busybox', 'ls', '/'], capture: true });
    expect(result.stdout.split('\n')).toContain('proc');
    fs.rmSync(root, { recursive: true });
  });

  test('a volume, and a read-only one with everything below', async () => {
    const source = fs.mkdtempSync(join(process.env.TMPDIR!, 'volume-'));
    expect(await busybox('echo hello > /data/file', { volumes: [`${source}:/data`] })).toMatchObject({ exitCode: 0 });
    expect(fs.readFileSync(join(source, 'file'), 'utf8')).toBe('hello\n');
    const refused = await busybox('cat /data/file; echo no > /data/file', { volumes: [`${source}:/data:ro`] });
    expect(refused.stdout).toBe('hello\n');
    expect(refused.stderr).toMatch(/Read-only/);
    fs.rmSync(source, { recursive: true });
  });

  test('a fork bomb stops at its limit', async () => {
    const result = await busybox('i=0; while [ $i -lt 60 ]; do sleep 20 & i=$((i+1)); done; echo started', {
      pidsLimit: 15,
    });
    expect(result.stderr).toMatch(/can't fork|Resource temporarily unavailable/);
  });

  test('too much memory: the kernel kills', async () => {
    const result = await busybox('dd if=/dev/zero of=/dev/null bs=200M count=1', { memory: '24m' });
    expect(result.exitCode).toBe(137);
  });

  test('twenty at once', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => busybox(`echo ${i}; hostname`)));
    expect(results.map((it) => it.stdout.split('\n')[0])).toEqual(results.map((_, i) => String(i)));
    expect(new Set(results.map((it) => it.stdout)).size).toBe(20);
    expect(containers()).toEqual([]);
  });
});

describe('bad input is one clear line, and nothing is left', () => {
  const cases: [name: string, options: Parameters<typeof run>[0], message: RegExp, code: number][] = [
    ['an unknown image', { image: 'nosuchimage' }, /no image "nosuchimage".*host, busybox/, 125],
    ['a directory that is no root', { image: '/proc' }, /no root file system/, 125],
    ['an empty command', { image: 'busybox', command: [''] }, /no command/, 125],
    ['a negative limit', { image: 'busybox', memory: '-1' }, /--memory.*"-1"/, 125],
    ['no number', { image: 'busybox', memory: 'abc' }, /--memory.*"abc"/, 125],
    ['far too much', { image: 'busybox', memory: '1'.padEnd(31, '0') }, /--memory/, 125],
    ['too little memory', { image: 'busybox', memory: '1k' }, /6 MiB/, 125],
    ['no processors', { image: 'busybox', cpus: 'abc' }, /--cpus.*"abc"/, 125],
    ['a name with a slash', { image: 'busybox', name: 'a/b' }, /a\/b/, 125],
    ['a name with dots', { image: 'busybox', name: '..' }, /"\.\."/, 125],
    ['a name with control characters', { image: 'busybox', name: 'a\u001b[2J' }, /name/, 125],
    ['a host name with a space', { image: 'busybox', hostname: 'a b' }, /"a b"/, 125],
    ['a command that is not there', { image: 'busybox', command: ['nosuchcommand'] }, /nosuchcommand: not found/, 127],
    ['a file that is no program', { image: 'busybox', command: ['/etc/passwd'] }, /\/etc\/passwd: cannot be run/, 126],
    ['a directory as command', { image: 'busybox', command: ['/etc'] }, /\/etc: cannot be run/, 126],
  ];
  test.each(cases)('%s', async (_, options, message, code) => {
    const error = await run({ ...options, capture: true }).catch((it: unknown) => it);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toMatch(message);
    expect((error as UsageError).message).not.toMatch(/\n|\u001b/);
    expect((error as UsageError).exitCode).toBe(code);
    expect(containers()).toEqual([]);
  });
});

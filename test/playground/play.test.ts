/** The tool, as somebody types it: list, check, hint, solution, reset, watch. It works on a copy of the playground, so that the shipped files stay as they are. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { until } from '../support.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const copy = fs.mkdtempSync(join(process.env.TMPDIR!, 'playground-'));
const environment = { ...process.env, MINIDOCKER_PROGRESS: join(copy, 'progress'), NO_COLOR: '1' };
const tsx = ['--import', join(checkout, 'node_modules/tsx/dist/loader.mjs'), join(copy, 'playground/play.ts')];
const exercise = join(copy, 'playground/01-hostname/exercise.ts');

function play(...words: string[]): { status: number; output: string } {
  try {
    const output = execFileSync(process.execPath, [...tsx, ...words], {
      cwd: copy,
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { status: 0, output };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return { status, output: stdout + stderr };
  }
}

const solve = (): void => fs.copyFileSync(join(copy, 'playground/01-hostname/solution.ts'), exercise);

beforeEach(() => {
  for (const name of ['playground', 'src', 'package.json', 'tsconfig.json'])
    fs.cpSync(join(checkout, name), join(copy, name), { recursive: true });
  if (!fs.existsSync(join(copy, 'node_modules')))
    fs.symlinkSync(fs.realpathSync(join(checkout, 'node_modules')), join(copy, 'node_modules'));
  fs.rmSync(environment.MINIDOCKER_PROGRESS, { force: true });
});

afterAll(() => fs.rmSync(copy, { recursive: true, force: true }));

test('an exercise from first sight to its solution', () => {
  expect(play().output).toContain('01-hostname');
  const before = play('check', '01');
  expect(before.status).toBe(1);
  expect(before.output).toContain("steps.namespace('uts')");
  expect(play('solution', '01')).toMatchObject({ status: 1, output: expect.stringContaining('when you have passed') });
  expect(play('hint', '01').output).toMatch(/^1\. .*\n$/);
  expect(play('hint', '01').output).toMatch(/^1\. .*\n2\. .*\n$/);
  solve();
  const after = play('check', '1');
  expect(after.output).toContain('looked with  lsns');
  expect(after.output).toContain('01-hostname: passed');
  expect(after.status).toBe(0);
  expect(play('list').output).toContain('✓ 01-hostname');
  expect(play('solution', '01').output).toContain("steps.namespace('uts')");
  expect(play('reset', '01')).toMatchObject({ status: 1, output: expect.stringContaining('--yes') });
  expect(play('reset', '01', '--yes').status).toBe(0);
  expect(fs.readFileSync(exercise, 'utf8')).toContain('// Your turn');
  expect(play('list').output).not.toContain('✓ 01-hostname');
});

test('a mistake is one clear line', () => {
  expect(play('check', '99')).toMatchObject({
    status: 1,
    output: expect.stringMatching(/^play: there is no exercise 99; .*01.*\n$/),
  });
  expect(play('chekc')).toMatchObject({ status: 1, output: expect.stringMatching(/^play: .*"chekc".*\n$/) });
});

test('watch checks again when the file is saved, and by hand', async () => {
  const child: ChildProcess = spawn(process.execPath, [...tsx, 'watch', '01'], {
    cwd: copy,
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout!.on('data', (data) => {
    output += data;
  });
  const count = (): number => output.split('not yet').length - 1;
  try {
    await until(() => count() === 1, 30, 'the first check');
    child.stdin!.write('\n');
    await until(() => count() === 2, 30, 'the check by hand');
    child.stdin!.write('h');
    await until(() => output.includes('1. '), 30, 'the hint');
    solve();
    await until(() => output.includes('01-hostname: passed'), 30, 'the check after saving');
    child.stdin!.write('q');
    await until(() => child.exitCode === 0, 30, 'the end');
  } finally {
    child.kill('SIGKILL');
  }
});

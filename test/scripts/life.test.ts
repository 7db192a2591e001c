/** The scripts about containers that live on: each prints what the engine and a witness say, and leaves nothing. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tidyUp } from '../container/support.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

const script = (name: string, ...words: string[]): string =>
  execFileSync(process.execPath, [`scripts/${name}.mjs`, ...words], { cwd: checkout, encoding: 'utf8' });

beforeAll(() => {
  if (!fs.existsSync(`${checkout}/dist/index.js`)) execFileSync('npm', ['run', '--silent', 'build'], { cwd: checkout });
});

afterAll(tidyUp);

test('a container’s life, from creation to removal', () => {
  const lines = script('lifecycle')
    .split('\n')
    .map((line) => line.trim());
  const states = lines.map((line) =>
    /^(create|start|pause|unpause|stop|remove) +(\w+)/.exec(line)?.slice(1, 3).join(' '),
  );
  expect(states.filter((it) => it !== undefined)).toEqual([
    'create created',
    'start running',
    'pause paused',
    'unpause running',
    'stop exited',
    'start running',
    'remove gone',
  ]);
  expect(lines).toContain('line 1');
  expect(lines).toContain('host name inside: alive');
});

test('what runs is listed, and cleaned away when that is asked for', async () => {
  const api =
    "import { containers } from 'minidocker'; await containers.runDetached({ image: 'host', name: 'listed', command: ['sleep', '1000'] });";
  execFileSync(process.execPath, ['--input-type=module', '-e', api], { cwd: checkout });
  const row = script('ps')
    .split('\n')
    .find((line) => line.includes('listed'));
  expect(row).toMatch(/^[0-9a-f]{12} {2}listed +host +running +\d+ +1 +sleep 1000$/);
  expect(script('clean')).toBe('0 removed, 1 left\n');
  expect(script('clean', '--all')).toBe('removed listed (running)\n1 removed, 0 left\n');
  expect(script('ps', '--all').trim().split('\n')).toHaveLength(1);
});

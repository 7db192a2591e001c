/** What V8 made of the command is kept beside it after the first run; whatever is there, the command works. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tidyUp } from './life.ts';
import { Running } from './program.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const copy = join(process.env.TMPDIR!, 'copy');
const directory = join(copy, 'dist/cli');

/** As it is when it was installed. */
beforeAll(() => {
  for (const it of ['bin', 'package.json', 'dist'])
    fs.cpSync(join(checkout, it), join(copy, it), { recursive: true, filter: (path) => !/main\.cjs\.v/.test(path) });
  fs.symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'));
});

const bundles = (): string[] => fs.readdirSync(directory).filter((it) => it.startsWith('main.cjs'));

afterAll(tidyUp);

const run = async (...args: string[]): Promise<string> => {
  const running = new Running([process.execPath, join(copy, 'bin/minidocker.js'), ...args], { input: '' });
  const { code, stdout, stderr } = await running.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};

const runOne = (): Promise<string> => run('run', '--rm', '--network', 'none', 'host', 'echo', 'it works');

it('keeps it after a run, and only then', async () => {
  await run('version');
  // The work of a detached one is done by the supervisor.
  await run('run', '-d', '--rm', '--network', 'none', 'host', 'true');
  expect(bundles()).toEqual(['main.cjs']);
  expect(await runOne()).toBe('it works\n');
  expect(bundles()).toEqual(['main.cjs', `main.cjs.${process.version}-${process.arch}`]);
});

it('is not written again when it is good, and is when V8 refuses it', async () => {
  const file = join(directory, `main.cjs.${process.version}-${process.arch}`);
  const good = fs.readFileSync(file);
  const { ino } = fs.statSync(file);
  expect(await runOne()).toBe('it works\n');
  expect(fs.statSync(file).ino).toBe(ino);
  for (const bad of [Buffer.alloc(0), Buffer.from('no code cache'), good.subarray(0, good.length / 2)]) {
    fs.writeFileSync(file, bad);
    expect(await runOne()).toBe('it works\n');
    expect(fs.readFileSync(file).length).toBeGreaterThan(good.length / 2);
    expect(bundles()).toHaveLength(2);
  }
});

it('cannot be kept where there is no room for it: the run does not mind', async () => {
  const file = join(directory, `main.cjs.${process.version}-${process.arch}`);
  fs.rmSync(file);
  fs.mkdirSync(join(file, 'in the way'), { recursive: true });
  expect(await runOne()).toBe('it works\n');
  expect(bundles()).toHaveLength(2);
});

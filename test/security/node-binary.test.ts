/** CVE-2019-5736: a container overwrites the program that started it, here a copy of node, through /proc/self/exe. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support.ts';
import { compile, folder, noCompiler, project } from './lab.ts';

const hash = (path: string): string => createHash('sha256').update(fs.readFileSync(path)).digest('hex');
const root = process.getuid?.() === 0;

describe.skipIf(noCompiler || !root)('a program that is /proc/self/exe', () => {
  let directory: string;
  const started: number[] = [];

  beforeAll(() => {
    directory = folder('overwrite');
    compile('overwrite.c', join(directory, 'overwrite'), '-static');
    compile('overwrite.c', join(directory, 'overwrite.so'), '-shared', '-fPIC', '-DLIBRARY');
  });

  afterAll(() => {
    for (const pid of started) if (isOurs(pid)) process.kill(pid, 'SIGKILL');
    fs.rmSync(directory, { recursive: true, force: true });
  });

  const isOurs = (pid: number): boolean => {
    try {
      return fs.readFileSync(`/proc/${pid}/environ`, 'latin1').includes('LD_PRELOAD=/overwrite.so');
    } catch {
      return false;
    }
  };

  /** Starts the container by a copy of node of its own. @returns the copy's path and the container's pid. */
  function attack(way: string, defence: string): { node: string; pid: number } {
    const node = join(directory, `node-${way}-${defence}`);
    fs.copyFileSync(process.execPath, node, fs.constants.COPYFILE_FICLONE);
    const loader = join(project, 'node_modules/tsx/dist/loader.mjs');
    const script = join(project, 'test/security/container.mts');
    const env = { ...process.env, MINIDOCKER_ROOT: join(directory, 'state') };
    const output = execFileSync(node, ['--import', loader, script, directory, way, defence], { encoding: 'utf8', env });
    const pid = Number(output.trim().split('\n').at(-1));
    started.push(pid);
    return { node, pid };
  }

  test.each(['link', 'script'])('by a %s: nothing is overwritten', async (way) => {
    const { node, pid } = attack(way, 'on');
    await until(() => !isOurs(pid), 30, 'the end of the container');
    expect(hash(node)).toBe(hash(process.execPath));
  });

  test.each(['link', 'script'])('by a %s without the launcher: it is', async (way) => {
    const { node } = attack(way, 'off');
    await until(() => fs.readFileSync(node).subarray(0, 11).toString() === 'overwritten', 30, 'the attack');
  });
});

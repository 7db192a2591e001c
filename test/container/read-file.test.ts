import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readNamedFile } from '../../src/container/read-file.ts';
import { UsageError } from '../../src/kernel/errors.ts';

test('a file that a person names: its text, or one clear line', () => {
  const file = join(process.env.TMPDIR!, 'named');
  fs.writeFileSync(file, 'A=1\n');
  expect(readNamedFile(file, '--env-file')).toBe('A=1\n');
  fs.rmSync(file);
  for (const [path, reason] of [
    [file, /--env-file: .*cannot be read \(ENOENT\)/],
    ['/proc', /EISDIR/],
    ['/dev/zero', /larger than 1 MiB/],
    ['a\0b', /cannot be read/],
  ] as const) {
    expect(() => readNamedFile(path, '--env-file')).toThrow(UsageError);
    expect(() => readNamedFile(path, '--env-file')).toThrow(reason);
  }
});

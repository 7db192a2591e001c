/** Compiled filters come back from their file, and only from one that nobody else can have written. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { filterStore } from '../../src/container/filter-cache.ts';

const directory = join(process.env.TMPDIR!, 'filters');
const config = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_ERRNO' }] };
const filter = { program: Buffer.from('0600000000000ff7', 'hex'), unknown: ['nothing'] };
const store = filterStore(directory);

/** Keeps the filter. @returns its file. */
function keep(): string {
  store.save(config, filter);
  const [file] = fs.readdirSync(directory);
  return join(directory, file!);
}

afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

test('a filter is kept, readable by us alone, and no half-written file stays', () => {
  expect(store.load(config)).toBeUndefined();
  const file = keep();
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  expect(store.load(config)).toEqual(filter);
  expect(store.load({ ...config, defaultErrnoRet: 2 })).toBeUndefined();
  expect(fs.readdirSync(directory)).toHaveLength(1);
});

test.each<[string, (path: string) => void]>([
  ['that others may write to', (path) => fs.chmodSync(path, 0o666)],
  ['that is no filter', (path) => fs.writeFileSync(path, '{"program":"AAAA"}')],
  ['that is cut off', (path) => fs.truncateSync(path, 5)],
  ['of another user', (path) => fs.chownSync(path, 65534, 65534)],
  [
    'that is a link',
    (path) => {
      fs.renameSync(path, `${path}.moved`);
      fs.symlinkSync(`${path}.moved`, path);
    },
  ],
])('a file %s is not believed', (_, spoil) => {
  spoil(keep());
  expect(store.load(config)).toBeUndefined();
});

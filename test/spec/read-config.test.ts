/** A config.json from outside: ours and runc's are accepted as they are, a wrong one is told in one line. */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/kernel/errors.ts';
import { defaultConfig } from '../../src/spec/defaults.ts';
import { parseConfig, readConfig } from '../../src/spec/read-config.ts';

const ours = defaultConfig(['/bin/sh'], '/root');
const noRunc = spawnSync('runc', ['--version']).error !== undefined;

describe('accepted', () => {
  test('our own, unchanged', () => {
    expect(parseConfig(JSON.stringify(ours))).toEqual(ours);
  });

  test.skipIf(noRunc)('what runc spec writes', () => {
    const folder = join(process.env.TMPDIR!, 'bundle');
    fs.mkdirSync(folder);
    execFileSync('runc', ['spec', '--bundle', folder]);
    const text = fs.readFileSync(join(folder, 'config.json'), 'utf8');
    expect(readConfig(JSON.parse(text))).toMatchObject(JSON.parse(text));
    fs.rmSync(folder, { recursive: true });
  });

  test('the least that there can be, and names that are not known', () => {
    const least = { ociVersion: '1.0.2', root: { path: 'rootfs' }, process: { args: ['sh'], cwd: '/' }, vm: { x: 1 } };
    expect(readConfig(least)).toMatchObject({
      process: { env: [], user: { uid: 0, gid: 0 } },
      mounts: [],
      linux: { namespaces: [] },
    });
  });
});

/** Our configuration with one thing changed. */
const changed = (change: (config: typeof ours & Record<string, unknown>) => void): unknown => {
  const config = structuredClone(ours) as typeof ours & Record<string, unknown>;
  change(config);
  return config;
};

test.each<[string, unknown, RegExp]>([
  ['a list', [], /config\.json: it must be an object/],
  ['a deep nest', JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`), /nested too deeply/],
  ['nothing in it', {}, /ociVersion is missing/],
  [
    'another version',
    changed((it) => {
      it.ociVersion = '2.0.0';
    }),
    /"2\.0\.0" is not understood/,
  ],
  [
    'no program',
    changed((it) => {
      it.process.args = [];
    }),
    /process\.args is empty/,
  ],
  [
    'a number as argument',
    changed((it) => {
      it.process.args = [5 as never];
    }),
    /process\.args\[0\] must be a text/,
  ],
  [
    'a zero byte',
    changed((it) => {
      it.process.cwd = '/a\0b';
    }),
    /process\.cwd must be an absolute path/,
  ],
  [
    'a huge user',
    changed((it) => {
      it.process.user.uid = 2 ** 33;
    }),
    /process\.user\.uid must be a number from 0/,
  ],
  [
    'an unknown capability',
    changed((it) => {
      it.process.capabilities = { bounding: ['CAP_FLY'] };
    }),
    /"CAP_FLY" does not exist/,
  ],
  [
    'an unknown namespace',
    changed((it) => {
      it.linux.namespaces.push({ type: 'moon' as never });
    }),
    /namespaces\[6\]\.type must be one of/,
  ],
  [
    'a namespace twice',
    changed((it) => {
      it.linux.namespaces.push({ type: 'pid' });
    }),
    /holds pid twice/,
  ],
  [
    'a mount over /proc',
    changed((it) => {
      it.mounts.push({ destination: '/proc/sys', type: 'bind', source: '/' });
    }),
    /must stay the kernel's/,
  ],
  [
    'ids without a namespace',
    changed((it) => {
      it.linux.uidMappings = [{ containerID: 0, hostID: 0, size: 1 }];
    }),
    /there is no user namespace/,
  ],
  [
    'a way up',
    changed((it) => {
      it.linux.cgroupsPath = '/a/../../b';
    }),
    /leads upwards/,
  ],
  [
    'a wrong filter',
    changed((it) => {
      it.linux.seccomp = { defaultAction: 'maybe' };
    }),
    /defaultAction is "maybe"/,
  ],
])('%s is refused', (_, value, reason) => {
  expect(() => readConfig(value)).toThrow(UsageError);
  expect(() => readConfig(value)).toThrow(reason);
});

/** The same OCI configuration through runc: the kernel must have the same values in both groups. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LinuxResources } from '../../src/spec/resources.ts';
import { witness } from '../support.ts';
import { group } from './support.ts';

const MiB = 1024 * 1024;
const resources: LinuxResources = {
  memory: { limit: 64 * MiB, swap: 96 * MiB, reservation: 32 * MiB },
  cpu: { shares: 512, quota: 20_000, period: 50_000, cpus: '0', mems: '0' },
  pids: { limit: 42 },
};

const has = (command: string): boolean => {
  try {
    witness('sh', '-c', `command -v ${command}`);
    return true;
  } catch {
    return false;
  }
};
const ready = has('runc') && existsSync('/bin/busybox');

test('whether runc is here', () => {
  if (!ready)
    console.log(
      'skipped: the comparison with runc needs runc and /bin/busybox (Debian: apt-get install runc busybox-static)',
    );
  expect(ready).toBe(existsSync('/bin/busybox') && has('runc'));
});

test.runIf(ready)('the written control files are the same as runc’s', () => {
  const bundle = join(process.env.TMPDIR!, 'bundle');
  const id = `mdt-runc-${process.pid}`;
  const path = `/${process.env.MINIDOCKER_CGROUP}/runc`;
  mkdirSync(join(bundle, 'rootfs/bin'), { recursive: true });
  copyFileSync('/bin/busybox', join(bundle, 'rootfs/bin/busybox'));
  const runc = (...args: string[]): void => {
    execFileSync('runc', ['--root', join(bundle, 'state'), ...args], { cwd: bundle, stdio: 'ignore' });
  };
  runc('spec');
  const config = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'));
  Object.assign(config.process, { terminal: false, args: ['/bin/busybox', 'sleep', '300'] });
  Object.assign(config.linux, { cgroupsPath: path, resources });
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
  try {
    runc('create', id);
    const ours = group(resources);
    // runc adds devices of its own, and before its version 1.3 it made a weight of the shares by an older formula.
    const compared = ours.readBack().filter((it) => it.controller !== 'devices' && !it.path.endsWith('/cpu.weight'));
    expect(compared.length).toBeGreaterThan(8);
    for (const { path: file, value } of compared)
      expect(`${file} ${readFileSync(file.replace(ours.path, path), 'utf8').trim()}`).toBe(`${file} ${value}`);
  } finally {
    runc('delete', '--force', id);
    rmSync(bundle, { recursive: true });
  }
});

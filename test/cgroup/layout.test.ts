/** Finding hierarchies, and the errors where something is missing: on made-up hosts, and against what this host says itself. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Cgroup } from '../../src/cgroup/cgroup.ts';
import { missingController } from '../../src/cgroup/explain.ts';
import { layout } from '../../src/cgroup/layout.ts';
import { cgroupPath, checkedPath } from '../../src/cgroup/path.ts';
import { witness } from '../support.ts';

const root = join(process.env.TMPDIR!, 'host');
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A made-up host: the files that are looked at. */
function host(files: Record<string, string>): ReturnType<typeof layout> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return layout(root);
}

const devices = new Map<string, number>();
const deviceOf = (options: string): number =>
  devices.get(options) ?? devices.set(options, 30 + devices.size).get(options)!;

const mountLine = (point: string, type: string, options: string, own = 'rw'): string =>
  `32 31 0:${deviceOf(options)} / ${point} ${own},relatime shared:9 - ${type} ${type} ${options}\n`;

const where = (found: ReturnType<typeof layout>): Record<string, string> =>
  Object.fromEntries(
    [...found.controllers].map(([name, it]) => [name, `v${it.version} ${it.mount.slice(root.length)}`]),
  );

test('a v2 host', () => {
  const found = host({
    'proc/self/mountinfo': mountLine('/sys/fs/cgroup', 'cgroup2', 'rw,nsdelegate'),
    'sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory pids\n',
  });
  expect(found.kind).toBe('v2');
  expect(where(found)).toMatchObject({
    memory: 'v2 /sys/fs/cgroup',
    devices: 'v2 /sys/fs/cgroup',
    freezer: 'v2 /sys/fs/cgroup',
  });
  expect(found.controllers.has('hugetlb')).toBe(false);
});

test('a v1 host with two controllers in one hierarchy, and a name with a space', () => {
  const found = host({
    'proc/self/mountinfo':
      mountLine('/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct') +
      mountLine('/sys/fs/cgroup/my\\040io', 'cgroup', 'rw,blkio') +
      mountLine('/sys/fs/cgroup/systemd', 'cgroup', 'rw,xattr,name=systemd'),
    'sys/fs/cgroup/cpu,cpuacct/cgroup.procs': '',
    'sys/fs/cgroup/my io/cgroup.procs': '',
    'sys/fs/cgroup/systemd/cgroup.procs': '',
  });
  expect(found.kind).toBe('v1');
  expect(found.hierarchies).toHaveLength(3); // one only tracks processes, for systemd
  expect(where(found)).toEqual({
    cpu: 'v1 /sys/fs/cgroup/cpu,cpuacct',
    cpuacct: 'v1 /sys/fs/cgroup/cpu,cpuacct',
    io: 'v1 /sys/fs/cgroup/my io',
  });
});

test('a hybrid host: limits on v1, freezing on v2, and the copy in a container is not taken', () => {
  const found = host({
    'proc/self/mountinfo':
      mountLine('/var/lib/x/sys/fs/cgroup/memory', 'cgroup', 'rw,memory') +
      mountLine('/sys/fs/cgroup/memory', 'cgroup', 'rw,memory') +
      mountLine('/sys/fs/cgroup/unified', 'cgroup2', 'rw') +
      mountLine('/hidden', 'cgroup', 'rw,pids'),
    'var/lib/x/sys/fs/cgroup/memory/cgroup.procs': '',
    'sys/fs/cgroup/memory/cgroup.procs': '',
    'sys/fs/cgroup/unified/cgroup.controllers': 'hugetlb\n',
  });
  expect(found.kind).toBe('hybrid');
  expect(where(found)).toMatchObject({
    memory: 'v1 /sys/fs/cgroup/memory',
    freezer: 'v2 /sys/fs/cgroup/unified',
    hugetlb: 'v2 /sys/fs/cgroup/unified',
  });
  expect(found.controllers.has('pids')).toBe(false); // mounted, but hidden by another mount
});

test('this host, as findmnt sees it', () => {
  const found = layout();
  expect(found.kind).not.toBe('none');
  const mounts = witness('findmnt', '-rno', 'TARGET', '-t', 'cgroup,cgroup2').split('\n');
  for (const hierarchy of found.hierarchies) expect(mounts).toContain(hierarchy.mount);
  for (const needed of ['cpu', 'memory', 'pids', 'cpuset'] as const) expect(found.controllers.has(needed)).toBe(true);
});

test('a missing controller: which limit, why, and what to do', () => {
  const found = host({
    'proc/self/mountinfo': mountLine('/sys/fs/cgroup', 'cgroup2', 'rw'),
    'sys/fs/cgroup/cgroup.controllers': 'cpu pids\n',
    'proc/cgroups': '#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t0\t1\t1\nmemory\t0\t1\t0\nblkio\t0\t1\t1\n',
  });
  expect(() => Cgroup.create('mdt/x', { memory: { limit: 1 << 20 } }, found)).toThrow(
    /^memory\.limit cannot be enforced: this host offers no memory controller/,
  );
  expect(existsSync(join(root, 'sys/fs/cgroup/mdt'))).toBe(false);
  expect(missingController('memory', 'memory.limit', root).message).toContain('boot with cgroup_enable=memory');
  expect(missingController('io', 'blockIO', root).message).toContain('not mounted or not handed on');
  expect(missingController('hugetlb', 'hugepageLimits', root).message).toContain('kernel was built without it');
});

test('no hierarchy at all', () => {
  const found = host({ 'proc/self/mountinfo': mountLine('/tmp', 'tmpfs', 'rw') });
  expect(found.kind).toBe('none');
  expect(() => Cgroup.create('mdt/x', {}, found)).toThrow(/no control group hierarchy is mounted.*--cgroups=disabled/);
});

test('a read-only tree', () => {
  const found = host({
    'proc/self/mountinfo': mountLine('/sys/fs/cgroup', 'cgroup2', 'rw', 'ro'),
    'sys/fs/cgroup/cgroup.controllers': 'cpu memory pids\n',
  });
  expect(() => Cgroup.create('mdt/x', {}, found)).toThrow(/mounted read-only.*remount,rw.*--cgroups=disabled/);
});

test('a really read-only tree, in a mount namespace of its own', () => {
  const mounts = layout().hierarchies.map((it) => it.mount);
  const program = `import { Cgroup } from '${join(import.meta.dirname, '../../src/cgroup/cgroup.ts')}';
    try { Cgroup.create('mdtro/x', {}); console.log('made'); } catch (error) { console.log(error.name, error.message); }`;
  const file = join(process.env.TMPDIR!, 'read-only.mts');
  writeFileSync(file, program);
  const remount = mounts.map((it) => `mount -o remount,bind,ro ${it}`).join(' && ');
  const run = `${remount} && exec ${process.execPath} --import tsx ${file}`;
  expect(witness('unshare', '-m', 'sh', '-c', run)).toMatch(/^UsageError .*mounted read-only/);
  rmSync(file);
});

test.each([
  '',
  '/',
  'a//b',
  'a/',
  '../a',
  'a/../b',
  '.',
  'a\nb',
  'a\\b',
  'memory.max/x',
  'a/cgroup.procs',
  'x'.repeat(256),
])('a path that could lead elsewhere: %j', (path) => {
  expect(() => checkedPath(path)).toThrow(/^cgroup path .*give a path such as/);
});

test('the path of a container', () => {
  expect(cgroupPath('web')).toBe(`${process.env.MINIDOCKER_CGROUP}/web`);
  expect(cgroupPath('web', '/a/b/')).toBe('/a/b/web');
  expect(readFileSync('/proc/self/cgroup', 'utf8')).not.toContain(cgroupPath('web'));
});

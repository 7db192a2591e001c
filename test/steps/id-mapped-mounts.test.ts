/** Containers of root's with ids of their own, step by step; the witnesses are /proc read from outside, stat(1) and nsenter(1). */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { makeBox, steps } from 'minidocker';
import { afterEach, describe, expect, test } from 'vitest';
import { canIdMap, until, witness } from '../support.ts';

const FIRST = 300_000;
const userns = `0:${FIRST}:1000`;
const possible = canIdMap();
const scratch = (name: string): string => join(process.env.TMPDIR!, name);

let made: ReturnType<typeof makeBox>;

afterEach(async () => {
  await made?.remove();
});

const owner = (path: string): string => witness('stat', '-c', '%u:%g', path).trim();
const pid = (): string => String(made.box.process.pid);
const inside = (...command: string[]): string => witness('nsenter', '-t', pid(), '-a', ...command);

async function started(options: Parameters<typeof makeBox>[0]): Promise<void> {
  made = makeBox({ userns, command: ['sleep', '1000'], ...options });
  for (const step of made.steps) await made.box.apply(step);
  await until(() => fs.readFileSync(`/proc/${pid()}/comm`, 'utf8') === 'sleep\n');
}

describe.runIf(possible)('the image host', () => {
  test('belongs to root inside, who is an ordinary user outside', async () => {
    await started({ image: 'host' });
    expect(witness('cat', `/proc/${pid()}/uid_map`).trim().split(/\s+/)).toEqual(['0', String(FIRST), '1000']);
    expect(owner(`/proc/${pid()}`)).toBe(`${FIRST}:${FIRST}`);
    expect(inside('stat', '-c', '%u:%g', '/etc/passwd').trim()).toBe('0:0');
    // Nothing on the disk has changed.
    expect(owner('/etc/passwd')).toBe('0:0');
    const { id: owned } = { id: witness('lsns', '-n', '-t', 'user', '-o', 'PID', '-p', pid()).trim() };
    expect(owned).toBe(pid());
  });

  test('what root inside writes or changes belongs to that user on the disk', async () => {
    await started({ image: 'host' });
    inside('sh', '-c', 'touch /made; chmod 600 /etc/hostname; echo x >> /etc/profile; chown 7:8 /made');
    const upper = join(made.box.directory, 'upper');
    expect(owner(join(upper, 'made'))).toBe(`${FIRST + 7}:${FIRST + 8}`);
    // Copied up from a layer that belongs to 0.
    expect(owner(join(upper, 'etc/profile'))).toBe(`${FIRST}:${FIRST}`);
  });

  test('an id beyond the range has no power, and none of the host’s files can be changed', async () => {
    await started({ image: 'host', capAdd: ['ALL'] });
    expect(() => inside('setpriv', '--reuid=1000', 'true')).toThrow(/[Ii]nvalid argument/);
    // The host’s own file systems, which no namespace hides.
    expect(() => inside('sh', '-c', 'mount -o remount,rw /proc/sys; echo 1 > /proc/sys/kernel/panic')).toThrow();
    expect(() => inside('mknod', '/disk', 'b', '8', '0')).toThrow(/not permitted/);
  });
});

describe.runIf(possible)('a directory as image', () => {
  const image = (): string => {
    const root = scratch('root');
    for (const name of ['bin', 'proc', 'sys', 'dev', 'etc']) fs.mkdirSync(join(root, name), { recursive: true });
    fs.copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
    for (const name of ['sh', 'sleep', 'touch', 'stat'])
      if (!fs.existsSync(join(root, 'bin', name))) fs.symlinkSync('busybox', join(root, 'bin', name));
    return root;
  };

  test('keeps the owners that it has on the disk', async () => {
    await started({ image: image() });
    inside('/bin/touch', '/made');
    expect(owner(join(scratch('root'), 'made'))).toBe('0:0');
    expect(fs.readFileSync(`/proc/${pid()}/mountinfo`, 'utf8')).toMatch(/ \/ [^ ]*idmapped/);
    fs.rmSync(scratch('root'), { recursive: true });
  });
});

const runc = ['/usr/sbin/runc', '/usr/bin/runc'].find((it) => fs.existsSync(it));
if (!runc) console.log('skipped: the comparison with runc needs runc (Debian: apt-get install runc)');

describe.runIf(possible && runc)('the same configuration', () => {
  const id = `mdt-userns-${process.pid}`;
  const bundle = scratch('bundle');
  const run = (...args: string[]): void => {
    execFileSync(runc!, ['--root', join(bundle, 'state'), ...args], { cwd: bundle, stdio: 'ignore' });
  };
  /** Who a process is outside, and in which namespaces of its own, read from outside. */
  const seen = (of: string): Record<string, unknown> => ({
    maps: witness('cat', `/proc/${of}/uid_map`, `/proc/${of}/gid_map`),
    setgroups: witness('cat', `/proc/${of}/setgroups`),
    ids: witness('grep', '-E', '^([UG]id|Cap(Eff|Bnd)):', `/proc/${of}/status`),
    owner: owner(`/proc/${of}`),
    own: ['user', 'pid', 'mnt', 'uts', 'ipc', 'net'].filter(
      (it) => fs.readlinkSync(`/proc/${of}/ns/${it}`) !== fs.readlinkSync(`/proc/self/ns/${it}`),
    ),
    // The others belong to the new user namespace: its root has its rights over them.
    net: witness('nsenter', '-t', of, '-U', '-n', 'ip', 'link', 'set', 'lo', 'up'),
  });

  test('makes the same of a process with runc', async () => {
    await started({ image: 'host' });
    const ours = seen(pid());
    const { config } = made;
    fs.mkdirSync(join(bundle, 'rootfs/bin'), { recursive: true });
    fs.copyFileSync('/bin/busybox', join(bundle, 'rootfs/bin/sleep'));
    for (const name of ['proc', 'dev']) fs.mkdirSync(join(bundle, 'rootfs', name));
    // runc goes through the bundle as root of the container; minidocker's own root is held.
    fs.chmodSync(bundle, 0o711);
    const { linux, process: program } = config;
    const { namespaces, uidMappings, gidMappings } = linux;
    const mounts = config.mounts.filter((it) => ['/proc', '/dev'].includes(it.destination));
    const { terminal: _, apparmorProfile: __, ...rest } = { apparmorProfile: undefined, ...program };
    const same = {
      ociVersion: config.ociVersion,
      root: { path: 'rootfs' },
      process: { ...rest, args: ['/bin/sleep', '1000'], cwd: '/', rlimits: [], oomScoreAdj: undefined },
      mounts,
      linux: { namespaces: namespaces.filter((it) => it.type !== 'cgroup'), uidMappings, gidMappings },
    };
    fs.writeFileSync(join(bundle, 'config.json'), JSON.stringify(same));
    try {
      run('create', id);
      const state = witness(runc!, '--root', join(bundle, 'state'), 'state', id);
      expect(seen(String(JSON.parse(state).pid))).toEqual(ours);
    } finally {
      run('delete', '--force', id);
      fs.rmSync(bundle, { recursive: true });
    }
  });
});

describe.runIf(possible)('volumes', () => {
  test('are closed to root inside where they are not his, and open with idmap', async () => {
    const data = scratch('data');
    fs.mkdirSync(data, { mode: 0o755 });
    fs.writeFileSync(join(data, 'secret'), 'secret\n', { mode: 0o600 });
    await started({ image: 'host', volumes: [`${data}:/plain`, `${data}:/mapped:idmap`, `${data}:/read:ro,idmap`] });
    expect(() => inside('cat', '/plain/secret')).toThrow(/Permission denied/);
    expect(() => inside('touch', '/plain/mine')).toThrow(/Permission denied/);
    expect(inside('cat', '/mapped/secret')).toBe('secret\n');
    inside('touch', '/mapped/mine');
    expect(owner(join(data, 'mine'))).toBe('0:0');
    expect(() => inside('touch', '/read/mine')).toThrow(/Read-only/);
    fs.rmSync(data, { recursive: true });
  });

  test('are opened while there is a way to them: a directory of root’s that lets nobody in', async () => {
    const closed = scratch('closed');
    fs.mkdirSync(join(closed, 'open'), { recursive: true });
    fs.chmodSync(closed, 0o700);
    fs.writeFileSync(join(closed, 'open/file'), 'seen\n');
    await started({ image: 'host', volumes: [`${closed}/open:/data`] });
    expect(inside('cat', '/data/file')).toBe('seen\n');
    fs.rmSync(closed, { recursive: true });
  });
});

describe.runIf(possible)('the steps', () => {
  test('can be gone back and made again', async () => {
    made = makeBox({ image: 'host', userns, command: ['true'] });
    const count = made.steps.findIndex((it) => it.name === 'rootfs') + 1;
    for (const step of made.steps.slice(0, count)) await made.box.apply(step);
    await made.box.back(2);
    expect(made.box.newRoot).toBeUndefined();
    for (const step of made.steps.slice(count - 2)) await made.box.apply(step);
    expect((await made.box.wait()).code).toBe(0);
  });

  test('come too late in the user namespace', async () => {
    made = makeBox({ image: 'host' });
    await made.box.apply(steps.namespace('user'));
    const map = [{ containerID: 0, hostID: FIRST, size: 10 }];
    await expect(made.box.apply(steps.idMappedMounts(map, map))).rejects.toThrow(/rights that are gone/);
  });

  test('need no way to the root that others have', async () => {
    const before = process.env.MINIDOCKER_ROOT;
    const closed = scratch('nobody');
    process.env.MINIDOCKER_ROOT = join(closed, 'state');
    fs.mkdirSync(closed, { mode: 0o700 });
    try {
      await started({ image: 'host' });
      expect(witness('stat', '-c', '%a', closed, process.env.MINIDOCKER_ROOT, made.box.directory)).toBe(
        '700\n700\n700\n',
      );
      expect(inside('stat', '-c', '%u', '/etc/passwd').trim()).toBe('0');
      // What opened the way to it is gone with the old root.
      expect(fs.readFileSync(`/proc/${pid()}/mountinfo`, 'utf8')).not.toContain(` ${closed}`);
      await made.remove();
      expect(fs.readdirSync(join(closed, 'state/containers'))).toEqual([]);
    } finally {
      process.env.MINIDOCKER_ROOT = before;
      fs.rmSync(closed, { recursive: true });
    }
  });

  test('refuse a file system that takes no other owners', async () => {
    // proc has no id-mapped mounts.
    made = makeBox({ image: 'host', userns, volumes: ['/sys/kernel:/k:idmap'] });
    const step = made.steps.find((it) => it.name === 'id-mapped-mounts')!;
    await expect(made.box.apply(step)).rejects.toThrow(/\/sys\/kernel cannot be mounted with other owners/);
  });
});

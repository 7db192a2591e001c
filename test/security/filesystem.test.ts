/** Ways out through the file system: leaked descriptors, a working directory outside, links that are exchanged while something is mounted, images full of links. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { makeBox, run, steps, UsageError } from 'minidocker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVolume, removeVolume, volumeData } from '../../src/container/volumes.ts';
import { MNT, MS, O } from '../../src/kernel/constants.ts';
import { isRefusal } from '../../src/kernel/errors.ts';
import { mount, umount2 } from '../../src/kernel/mount.ts';
import { mountsOf } from '../../src/kernel/proc.ts';
import { witness } from '../support.ts';
import { bareProgram, compile, finish, folder, imageWith, type Made, noCompiler, upTo } from './lab.ts';

let secret: string;

beforeAll(() => {
  secret = folder('secret');
  fs.writeFileSync(join(secret, 'file'), 'of the host\n');
});
afterAll(() => fs.rmSync(secret, { recursive: true, force: true }));

/** Does all steps but the last, with a descriptor of a directory of the host's that somebody forgot to close. */
async function withLeak(action: (made: Made, fd: number) => Promise<void>): Promise<void> {
  await upTo('rootfs', { image: 'busybox' }, async (made) => {
    const fd = made.box.process.call('openat', -100, secret, O.PATH | O.DIRECTORY, 0);
    for (const it of made.steps.slice(made.box.done.length, -1)) await made.box.apply(it);
    await action(made, fd);
  });
}

describe('a leaked descriptor (CVE-2024-21626)', () => {
  test('is closed by the last step', () =>
    withLeak(async (made, fd) => {
      const look = steps.program(['/bin/cat', `/proc/self/fd/${fd}/file`], []);
      expect(await finish(made, [look])).toMatch(/No such file/);
    }));

  test('is a way out without that', () =>
    withLeak(async (made, fd) => {
      const look = bareProgram(['/bin/cat', `/proc/self/fd/${fd}/file`]);
      expect(await finish(made, [look])).toBe('of the host\n');
    }));
});

describe('a working directory outside the root (CVE-2024-21626)', () => {
  test('is seen, and refused, also behind a link of the image', () =>
    withLeak(async (made, fd) => {
      fs.symlinkSync(`/proc/self/fd/${fd}`, `/proc/${made.box.process.pid}/root/link`);
      await expect(made.box.apply(steps.workingDirectory('/link'))).rejects.toThrow(/outside the container/);
      expect(() => steps.workingDirectory(`/proc/self/fd/${fd}`)).toThrow(UsageError);
    }));

  test('is a way out without that', () =>
    withLeak(async (made, fd) => {
      made.box.process.call('chdir', `/proc/self/fd/${fd}`);
      expect(await finish(made, [steps.program(['/bin/cat', 'file'], [])])).toBe('of the host\n');
    }));
});

describe('links in the image', () => {
  const inside = (made: Made): string[] => {
    const { mountPoint } = made.box;
    const before = new Set(mountsOf('self').map((it) => it.target));
    return mountsOf(made.box.process.pid)
      .map((it) => it.target)
      .filter((target) => !before.has(target) && target !== mountPoint && !target.startsWith(`${mountPoint}/`));
  };

  test.each(['dev', 'proc', 'sys', 'etc', 'mnt'])(
    '/%s that leads to the host: nothing is mounted or made there',
    async (name) => {
      const image = imageWith((root) => fs.symlinkSync(secret, join(root, name)));
      const volume = folder('volume');
      await upTo('rootfs', { image, volumes: [`${volume}:/mnt/volume`] }, async (made) => {
        try {
          for (const it of made.steps.slice(made.box.done.length, -1)) await made.box.apply(it);
        } catch (error) {
          // Either it can be made, with everything inside its own root, or the reason is told.
          expect(error).toBeInstanceOf(UsageError);
          expect(inside(made)).toEqual([]);
        }
        expect(fs.readdirSync(secret)).toEqual(['file']);
      });
      for (const it of [image, volume]) fs.rmSync(it, { recursive: true });
    },
  );

  test('a mount that follows them lands on the host’s directory', async () => {
    const image = imageWith((root) => fs.symlinkSync(secret, join(root, 'dev')));
    await upTo('dev', { image }, (made) => {
      mount(made.box.process, 'tmpfs', `${made.box.mountPoint}/dev`, 'tmpfs');
      expect(inside(made)).toEqual([secret]);
    });
    fs.rmSync(image, { recursive: true });
  });
});

describe.skipIf(noCompiler)('a link that is exchanged while a volume is mounted (CVE-2021-30465)', () => {
  let swapper: ChildProcess | undefined;
  let image: string;
  let volume: string;

  beforeAll(() => {
    image = imageWith((root) => {
      fs.mkdirSync(join(root, 'place'));
      fs.symlinkSync(secret, join(root, 'other'));
    });
    volume = folder('volume');
    const program = compile('swap.c', join(image, 'swap'));
    swapper = spawn(program, [join(image, 'place'), join(image, 'other')], { stdio: 'ignore' });
  });
  afterAll(() => {
    swapper?.kill('SIGKILL');
    for (const it of [image, volume]) fs.rmSync(it, { recursive: true, force: true });
  });

  /** Takes a mount away again; its name may have been exchanged just now. */
  function unmount({ box }: Made, target: string): void {
    if (!/\/root\/(place|other|tmp\/)/.test(target)) return;
    try {
      umount2(box.process, target, MNT.DETACH);
    } catch (error) {
      if (!isRefusal(error, 'EINVAL', 'ENOENT')) throw error;
    }
  }

  /** Mounts again and again while the names are exchanged. @returns whether a mount ever landed outside, before `tries` or `until` a first one. */
  async function race(
    mountOnce: (made: Made) => void | Promise<void>,
    limit: { tries: number; seconds: number },
  ): Promise<boolean> {
    return await upTo('pivot-root', { image }, async (made) => {
      const end = Date.now() + limit.seconds * 1000;
      for (let tries = 0; tries < limit.tries && Date.now() < end; tries++) {
        await mountOnce(made);
        const last = mountsOf(made.box.process.pid).at(-1)!;
        if (last.target === secret) return true;
        unmount(made, last.target);
      }
      return false;
    });
  }

  test('the volume is always mounted inside', async () => {
    const it = { source: volume, destination: '/place', type: 'bind', options: ['bind'] };
    const once = async ({ box }: Made): Promise<void> => {
      try {
        await steps.volume(it).apply(box);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error) && !(error instanceof UsageError)) throw error;
      }
    };
    expect(await race(once, { tries: 300, seconds: 10 })).toBe(false);
  });

  test('by its path it is mounted outside before long', async () => {
    const once = ({ box }: Made): void => {
      mount(box.process, volume, `${box.mountPoint}/place`, null, MS.BIND);
    };
    expect(await race(once, { tries: Number.POSITIVE_INFINITY, seconds: 30 })).toBe(true);
  });
});

describe('mounts over /proc (CVE-2019-16884, CVE-2019-19921)', () => {
  const bind = (destination: string) => steps.volume({ source: secret, destination, type: 'bind', options: ['bind'] });

  test('a volume there is refused, asked for by a flag or by a configuration', () =>
    upTo('pivot-root', { image: 'busybox' }, async ({ box }) => {
      for (const place of ['/proc', '/proc/', '/proc/self/attr', '/tmp/../proc/sys']) {
        const flag = run({ image: 'busybox', command: ['true'], volumes: [`${secret}:${place}`], capture: true });
        await expect(flag).rejects.toThrow(UsageError);
        await expect(box.apply(bind(place))).rejects.toThrow(/must stay the kernel's/);
      }
    }));

  test('by a link in the image, too', async () => {
    const image = imageWith((root) => fs.symlinkSync('/proc/sys', join(root, 'innocent')));
    const attempt = run({ image, command: ['/bin/sh'], volumes: [`${secret}:/innocent`], capture: true });
    await expect(attempt).rejects.toThrow(/must stay the kernel's/);
    fs.rmSync(image, { recursive: true });
  });

  test('the kernel itself does not mind', () =>
    upTo('pivot-root', { image: 'busybox' }, ({ box }) => {
      mount(box.process, secret, `${box.mountPoint}/proc/sys`, null, MS.BIND);
      expect(fs.readdirSync(`/proc/${box.process.pid}/root${box.mountPoint}/proc/sys`)).toEqual(['file']);
    }));
});

describe('a program with the set-user-ID bit that a container leaves behind (CVE-2021-41091)', () => {
  /** What id(1) tells an ordinary user of the host when it is run from there. */
  const asNobody = (path: string): string => {
    try {
      // The shell has no capability any more; setpriv itself still has them when it goes to the program.
      const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
      return witness('setpriv', ...user, 'sh', '-c', 'exec "$0" -u', path);
    } catch (error) {
      return String((error as { stderr?: string }).stderr);
    }
  };
  const leave = 'cp /usr/bin/id /data/id && cp /usr/bin/id /id && chmod 4755 /data/id /id';

  test('is out of reach of the host’s users, unless the directories let them in', async () => {
    const {
      box,
      steps: list,
      remove,
    } = makeBox({ image: 'host', command: ['sh', '-c', leave], volumes: ['left:/data'] });
    createVolume('left');
    try {
      for (const it of list) await box.apply(it);
      expect((await box.wait()).code).toBe(0);
      const root = process.env.MINIDOCKER_ROOT!;
      for (const [path, closed] of [
        [join(box.directory, 'upper/id'), [join(root, 'containers'), box.directory]],
        [join(volumeData('left'), 'id'), [join(root, 'volumes'), join(volumeData('left'), '..')]],
      ] as const) {
        expect(asNobody(path)).toMatch(/Permission denied/);
        for (const it of [root, ...closed]) {
          fs.chmodSync(it, 0o711);
          // Each of them is closed by itself.
          if (it !== closed.at(-1)) expect(asNobody(path)).toMatch(/Permission denied/);
        }
        expect(asNobody(path)).toBe('0\n');
        for (const it of [root, ...closed]) fs.chmodSync(it, 0o700);
      }
    } finally {
      await remove();
      removeVolume('left');
    }
  });
});

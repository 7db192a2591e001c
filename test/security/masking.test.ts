/** Ways out through what a runtime itself covers and writes in /proc, when something else stands there (CVE-2025-31133, CVE-2025-52881). */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { steps, UsageError } from 'minidocker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MS } from '../../src/kernel/constants.ts';
import { write } from '../../src/kernel/file.ts';
import { mount } from '../../src/kernel/mount.ts';
import { witness } from '../support.ts';
import { finish, folder, type Made, upTo } from './lab.ts';

let secret: string;
beforeAll(() => {
  secret = folder('secret');
  fs.writeFileSync(join(secret, 'file'), 'of the host\n', { mode: 0o666 });
});
afterAll(() => fs.rmSync(secret, { recursive: true }));

const file = (): string => join(secret, 'file');
/** A place in the new root, in the process's own view of things. */
const inView = ({ box }: Made, path: string): string => `/proc/${box.process.pid}/root${box.mountPoint}${path}`;

describe('/dev/null exchanged for a link, before files are covered by it (CVE-2025-31133)', () => {
  const options = { image: 'busybox', command: ['sh', '-c', 'cat /proc/timer_list; echo new > /proc/timer_list'] };
  // As standard input is /dev/null where there is none: opened inside, where no link would be followed.
  let input: number;
  beforeAll(() => {
    input = fs.openSync('/dev/null', 'r');
  });
  afterAll(() => fs.closeSync(input));
  const exchange = (made: Made): void => {
    fs.rmSync(inView(made, '/dev/null'));
    fs.symlinkSync(file(), inView(made, '/dev/null'));
  };

  test('it is the host’s that covers', async () => {
    await upTo(
      'masked-paths',
      options,
      async (made) => {
        exchange(made);
        expect(await finish(made, made.steps.slice(made.box.done.length))).toBe('');
      },
      input,
    );
    expect(fs.readFileSync(file(), 'utf8')).toBe('of the host\n');
  });

  test('what stands there in the new root would show the host’s file, and let it be written', async () => {
    await upTo(
      'masked-paths',
      options,
      async (made) => {
        exchange(made);
        const { box } = made;
        mount(box.process, `${box.mountPoint}/dev/null`, `${box.mountPoint}/proc/timer_list`, null, MS.BIND);
        // Without the step itself.
        expect(await finish(made, made.steps.slice(box.done.length + 1))).toBe('of the host\n');
      },
      input,
    );
    expect(fs.readFileSync(file(), 'utf8')).toBe('new\n');
  });
});

describe('something of somebody else’s where a file of /proc should be (CVE-2025-52881)', () => {
  const name = 'net.ipv4.ip_default_ttl';
  const path = `/proc/sys/${name.replaceAll('.', '/')}`;
  const options = { image: 'busybox', sysctls: [`${name}=33`] };
  const fake = async (place: string, made: Made): Promise<void> =>
    mount(made.box.process, place === path ? file() : secret, made.box.mountPoint + place, null, MS.BIND);
  const ttl = ({ box }: Made): string => witness('nsenter', '-t', String(box.process.pid), '-n', 'cat', path).trim();

  test('a setting reaches the kernel all the same', async () => {
    await upTo('sysctls', options, async (made) => {
      await fake(path, made);
      const before = fs.readFileSync(file(), 'utf8');
      for (const it of made.steps.slice(made.box.done.length, -1)) await made.box.apply(it);
      expect(ttl(made)).toBe('33');
      expect(fs.readFileSync(file(), 'utf8')).toBe(before);
    });
  });

  test('written inside, it would land in the other file', async () => {
    await upTo('sysctls', options, async (made) => {
      await fake(path, made);
      write(made.box.process, made.box.mountPoint + path, '33');
      expect(ttl(made)).not.toBe('33');
      expect(fs.readFileSync(file(), 'utf8')).toMatch(/^33/);
    });
  });

  test.each([
    ['masked', () => steps.maskedPaths(['/proc/bus/file'])],
    ['made read-only', () => steps.readonlyPaths(['/proc/bus'])],
  ])('what is not the kernel’s is not taken for it: %s', async (_, step) => {
    await upTo('masked-paths', options, async (made) => {
      await made.box.apply(step());
      await fake('/proc/bus', made);
      await expect(made.box.apply(step())).rejects.toThrow(UsageError);
      await expect(made.box.apply(step())).rejects.toThrow(/is not a file of the kernel's proc file system/);
    });
  });
});

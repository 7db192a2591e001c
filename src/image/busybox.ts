/** The image called busybox: one static program of the host's that plays three hundred – see busybox(1). */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { childProcess } from '../kernel/child-process.ts';
import { UsageError } from '../kernel/errors.ts';
import { makeDirectory } from '../kernel/files.ts';

const places = ['/bin/busybox', '/usr/bin/busybox', '/sbin/busybox', '/usr/local/bin/busybox'];

/** The directory of the image, built from the host's busybox the first time and again when that has changed. */
export function busybox(stateRoot: string): string {
  const program = places.find((it) => fs.existsSync(it));
  if (!program)
    throw new UsageError('there is no busybox on this host to make the image busybox from', {
      remedy: 'install busybox-static, or use the image host',
    });
  const { mtimeMs, size } = fs.statSync(program);
  const images = join(stateRoot, 'images');
  const image = join(images, `busybox-${size}-${Math.floor(mtimeMs)}`);
  if (fs.existsSync(image)) return image;
  fs.mkdirSync(images, { recursive: true, mode: 0o700 });
  const building = fs.mkdtempSync(`${image}.`);
  fs.chmodSync(building, 0o755);
  for (const it of ['bin', 'etc', 'dev', 'proc', 'sys', 'root', 'var', 'usr']) makeDirectory(join(building, it));
  makeDirectory(join(building, 'tmp'), { mode: 0o1777 });
  fs.copyFileSync(program, join(building, 'bin/busybox'));
  fs.chmodSync(join(building, 'bin/busybox'), 0o755);
  for (const name of childProcess().execFileSync(program, ['--list'], { encoding: 'utf8' }).split('\n')) {
    if (name && name !== 'busybox') fs.symlinkSync('busybox', join(building, 'bin', name));
  }
  fs.symlinkSync('bin', join(building, 'sbin'));
  fs.symlinkSync('../bin', join(building, 'usr/bin'));
  const etc = {
    passwd: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
    group: 'root:x:0:\nnogroup:x:65534:\n',
    hosts: '127.0.0.1\tlocalhost\n::1\tlocalhost\n',
  };
  for (const [name, text] of Object.entries(etc)) {
    fs.writeFileSync(join(building, 'etc', name), text);
    fs.chmodSync(join(building, 'etc', name), 0o644);
  }
  try {
    fs.renameSync(building, image);
  } catch (error) {
    // Somebody else was quicker.
    fs.rmSync(building, { recursive: true, force: true });
    if (!fs.existsSync(image)) throw error;
  }
  return image;
}

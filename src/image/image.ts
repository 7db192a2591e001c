/** Where images come from: `host` (this system), `busybox`, a directory. Each answers what the container's root is made of. */
import * as fs from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../kernel/errors.ts';
import type { Root } from '../steps/box.ts';
import { busybox } from './busybox.ts';
import { hostRoot } from './host.ts';

export interface Image {
  /** As it was asked for. */
  name: string;
  root: Root;
  /** What runs where nothing is said. */
  command: string[];
  /** In front of the command: the executable that was named in place of an image. */
  environment: string[];
}

/** A directory that holds a root file system has these, or most of them. */
const expected = ['bin', 'usr', 'etc', 'lib', 'sbin'];

function directory(name: string, path: string): Image {
  const found = expected.filter((it) => fs.existsSync(join(path, it)));
  if (found.length === 0) {
    throw new UsageError(`${name} is no root file system: it has neither /bin nor /usr`, {
      remedy: 'name a directory with one (debootstrap makes them), or use the image host',
    });
  }
  return { name, root: { kind: 'directory', path }, command: ['/bin/sh'], environment: [] };
}

/** @param name `host`, `busybox`, a directory, or the path of an executable (which means the image host). @param stateRoot where built images are kept. */
export function findImage(name: string, stateRoot: string): Image {
  if (name === 'host') return { name, root: hostRoot(stateRoot), command: ['/bin/bash'], environment: [] };
  if (name === 'busybox')
    return { name, root: { kind: 'overlay', lower: [busybox(stateRoot)] }, command: ['sh'], environment: [] };
  if (name.includes('/')) {
    const path = resolve(name);
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return directory(name, fs.realpathSync(path));
    if (stat?.isFile() && (stat.mode & 0o111) !== 0)
      return { name: 'host', root: hostRoot(stateRoot), command: [path], environment: [] };
    throw new UsageError(`${JSON.stringify(name)} is no image: there is no such directory or executable`, {
      remedy: 'images are host, busybox, or the directory of a root file system',
    });
  }
  throw new UsageError(`there is no image ${JSON.stringify(name)}`, {
    remedy: 'images are host, busybox, or the directory of a root file system (with a /, as ./rootfs)',
  });
}

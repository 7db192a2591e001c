/** cp and export: files out of a container and into it, as tar streams or plainly, by the rules of docker-cp(1). */
import * as fs from 'node:fs';
import { basename, dirname, posix, resolve } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { host } from '../../kernel/caller.ts';
import { O } from '../../kernel/constants.ts';
import { UsageError } from '../../kernel/errors.ts';
import { fileKind, open } from '../../kernel/file.ts';
import { isRootless } from '../rootless.ts';
import { type Container, readConfig } from '../store/store.ts';
import { type Ids, idsOf, type Owner } from './ids.ts';
import { packPath } from './pack.ts';
import { atPath, pathOf, withRoot } from './root.ts';
import { type UnpackOptions, unpack } from './unpack.ts';

export interface CopyOptions {
  /** Keep owners (of files that come out: else they are yours; of files that go in: else root's). */
  archive?: boolean;
  /** Copy what a link of the source leads to. */
  followLink?: boolean;
}

/** Without root everything is root's inside, who is this user: files cannot be given to others. */
function ownerInside({ archive }: CopyOptions): { owner?: Owner } {
  if (isRootless()) return { owner: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 } };
  return archive ? {} : { owner: { uid: 0, gid: 0 } };
}

const outsideOf = (container: Container) => idsOf(readConfig(container))?.outside;

/** `/etc/` and `/etc/.` mean what is in it. */
const isContents = (path: string): boolean => /(^|\/)\.$/.test(path);

const noSuch = (path: string, where: string): UsageError =>
  new UsageError(`cp: there is no ${path} in ${where}`, { remedy: 'look with ls', exitCode: 1 });

/** Packs a place of a container. @throws UsageError where there is nothing */
async function packFrom(
  root: number,
  path: string,
  into: PassThrough,
  follow: boolean,
  ids: Ids | undefined,
): Promise<void> {
  const options = ids ? { owner: ids.inside } : {};
  const inside = posix.normalize(`/${path}`).replace(/\/+$/, '') || '/';
  const whole = inside === '/' || isContents(path);
  const kind = atPath(root, inside, (fd) => fileKind(host, fd), follow ? 0 : Number(O.NOFOLLOW));
  if (kind === undefined) throw noSuch(path, 'the container');
  const held = whole ? inside : posix.dirname(inside);
  const packed = atPath(root, held, (parent) => {
    const fd = fs.openSync(`${pathOf(parent)}/.`, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
    const close = (): void => fs.closeSync(fd);
    if (whole) return packPath(`${pathOf(fd)}/.`, '.', close, options);
    return packPath(`${pathOf(fd)}/${posix.basename(inside)}`, posix.basename(inside), close, options);
  });
  if (!packed) throw noSuch(path, 'the container');
  await pipeline(packed, into);
}

/** A place of a container as a tar stream; its top is named as the place is. */
export function copyOut(container: Container, path: string, options: CopyOptions = {}): Readable {
  const stream = new PassThrough();
  withRoot(container, (root) =>
    packFrom(root, path, stream, options.followLink ?? false, idsOf(readConfig(container))),
  ).catch((error: Error) => stream.destroy(error));
  return stream;
}

/** The container's whole root as a tar stream, without what is mounted on it by the kernel. */
export function exportRoot(container: Container): Readable {
  const stream = new PassThrough();
  const kernels = ['proc', 'sys', 'dev'];
  withRoot(container, async (root) => {
    const fd = fs.openSync(`${pathOf(root)}/.`, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
    const skip = (name: string): boolean => kernels.some((it) => name.startsWith(`${it}/`));
    const ids = idsOf(readConfig(container));
    const options = ids ? { skip, owner: ids.inside } : { skip };
    await pipeline(
      packPath(`${pathOf(fd)}/.`, '.', () => fs.closeSync(fd), options),
      stream,
    );
  }).catch((error: Error) => stream.destroy(error));
  return stream;
}

/** Unpacks a tar stream into a directory of a container. @throws UsageError where there is no such directory */
export async function copyIn(
  container: Container,
  path: string,
  archive: Readable,
  options: CopyOptions & UnpackOptions = {},
): Promise<void> {
  const owner = ownerInside(options);
  await withRoot(container, async (root) => {
    const kind = atPath(root, path, (fd) => fileKind(host, fd));
    if (kind !== 'directory') throw noSuch(`directory ${path}`, 'the container');
    await unpack(archive, root, path, { ...owner, outside: outsideOf(container), ...options });
  });
}

/** Where a copy goes: into a directory that is there, or under a name of its own. */
interface Target {
  directory: string;
  /** The name for the top of what is copied; undefined: its own. */
  name?: string;
}

type Kind = ReturnType<typeof fileKind>;

/** docker-cp(1): what the destination means, by what is there. */
export function chooseTarget(
  source: { path: string; kind: Kind },
  path: string,
  kind: Kind | undefined,
  parent: Kind | undefined,
): Target {
  const fail = (reason: string): never => {
    throw new UsageError(`cp: ${path}: ${reason}`, { remedy: 'name another destination', exitCode: 1 });
  };
  if (kind === 'directory') return isContents(source.path) ? { directory: path, name: '.' } : { directory: path };
  const bare = path.replace(/\/+\.?$/, '');
  if (kind !== undefined && source.kind === 'directory') return fail('a directory cannot go in the place of a file');
  if (kind === undefined && source.kind !== 'directory' && /\/$/.test(path)) return fail('there is no such directory');
  if (parent !== 'directory') return fail('there is no directory for it');
  return { directory: posix.dirname(bare || '/'), name: posix.basename(bare) };
}

/** The first part of each name in an archive becomes another. */
const renaming =
  (from: string, to: string | undefined) =>
  (name: string): string => {
    if (to === undefined) return name;
    const first = name.replace(/^\.?\/+/, '');
    if (from === '.') return posix.join(to, first);
    return first === from || first.startsWith(`${from}/`) ? posix.join(to, first.slice(from.length)) : name;
  };

const hostKind = (path: string): Kind | undefined => {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  if (!stat) return undefined;
  return stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : 'other';
};

/** A place of a container to a place of this host. */
export async function copyOutTo(
  container: Container,
  path: string,
  destination: string,
  options: CopyOptions = {},
): Promise<void> {
  const target = resolve(destination) + (/\/\.?$/.test(destination) && destination !== '/' ? '/' : '');
  await withRoot(container, async (root) => {
    const kind = atPath(root, path, (fd) => fileKind(host, fd), options.followLink ? 0 : Number(O.NOFOLLOW));
    if (kind === undefined) throw noSuch(path, 'the container');
    const { directory, name } = chooseTarget(
      { path, kind },
      target,
      hostKind(target),
      hostKind(dirname(target.replace(/\/$/, ''))),
    );
    const fd = open(host, directory, O.PATH | O.DIRECTORY | O.CLOEXEC);
    try {
      const stream = new PassThrough();
      const top =
        isContents(path) || posix.normalize(`/${path}`) === '/' ? '.' : posix.basename(posix.normalize(`/${path}`));
      const owner = options.archive ? {} : { owner: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 } };
      const unpacked = unpack(stream, fd, '', { ...owner, rename: renaming(top, name) });
      const packed = packFrom(root, path, stream, options.followLink ?? false, idsOf(readConfig(container)));
      await Promise.all([packed, unpacked]);
    } finally {
      fs.closeSync(fd);
    }
  });
}

/** A place of this host to a place of a container. */
export async function copyInFrom(
  container: Container,
  source: string,
  path: string,
  options: CopyOptions = {},
): Promise<void> {
  const real = options.followLink ? fs.realpathSync(source) : resolve(source);
  const stat = fs.lstatSync(real, { throwIfNoEntry: false });
  if (!stat) throw noSuch(source, 'this host');
  const kind: Kind = stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : 'other';
  await withRoot(container, async (root) => {
    const kindAt = (it: string): Kind | undefined => atPath(root, it, (fd) => fileKind(host, fd));
    const { directory, name } = chooseTarget(
      { path: source, kind },
      path,
      kindAt(path),
      kindAt(posix.dirname(path.replace(/\/+\.?$/, '') || '/')),
    );
    const top = isContents(source) ? '.' : basename(real);
    const owner = ownerInside(options);
    const packed = packPath(isContents(source) ? `${real}/.` : real, top);
    await unpack(packed, root, directory, { ...owner, outside: outsideOf(container), rename: renaming(top, name) });
  });
}

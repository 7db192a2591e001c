/**
 * A tar stream into a directory, safely: names that are absolute or have `..` stay below it, no link is followed on the way, hard links are resolved in the root, and what is written goes
 * through descriptors that the kernel has found inside the root – see openat2(2).
 */
import * as fs from 'node:fs';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Headers } from 'tar-stream';
import { host } from '../../kernel/caller.ts';
import { AT, O, S } from '../../kernel/constants.ts';
import { isRefusal, UsageError } from '../../kernel/errors.ts';
import { fileKind, linkat, makedev, mkdirat, mknodat, openInRoot, symlinkat } from '../../kernel/file.ts';
import { asOwner } from './as-owner.ts';
import type { Owner, Translate } from './ids.ts';
import { pathOf } from './root.ts';

export interface UnpackOptions {
  /** Another name for the first part of all names. */
  rename?: (name: string) => string;
  /** Give files to these, in place of what the archive says. */
  owner?: Owner;
  /** Whom they belong to then, where the ids of the place are others. */
  outside?: Translate | undefined;
  /** More entries or bytes than this are refused. */
  mostEntries?: number;
  mostBytes?: number;
}

const MOST_ENTRIES = 2_000_000;

/** `../../etc/passwd` is `etc/passwd`, `/a/./b` is `a/b`. */
const safeName = (name: string): string => posix.normalize(`/${name}`).replace(/^\/+|\/+$/g, '');

function openDirectory(root: number, path: string): number {
  return openInRoot(host, root, path === '' ? '.' : path, O.PATH | O.DIRECTORY);
}

/** Makes the directories on the way. The last one is returned open. */
function makeParents(root: number, path: string, as: As): number {
  try {
    return openDirectory(root, path);
  } catch (error) {
    if (!isRefusal(error, 'ENOENT')) throw error;
  }
  const parent = makeParents(root, posix.dirname(path) === '.' ? '' : posix.dirname(path), as);
  try {
    as(() => mkdirat(host, parent, posix.basename(path)));
  } catch (error) {
    if (!isRefusal(error, 'EEXIST')) throw error;
  } finally {
    fs.closeSync(parent);
  }
  return openDirectory(root, path);
}

/** What is there already goes, but for a directory where one is wanted. */
function makeRoom(place: string, wantsDirectory: boolean): void {
  const stat = fs.lstatSync(place, { throwIfNoEntry: false });
  if (!stat) return;
  if (!stat.isDirectory()) fs.unlinkSync(place);
  else if (!wantsDirectory)
    throw new UsageError(`cannot put a file in the place of the directory ${posix.basename(place)}`, {
      remedy: 'remove it, or choose another name',
      exitCode: 1,
    });
}

/** Who makes the files. */
type As = <T>(action: () => T) => T;

async function writeFile(place: string, content: Readable, as: As): Promise<void> {
  const flags = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_NOFOLLOW;
  const fd = as(() => fs.openSync(place, flags, 0o600));
  await pipeline(content, fs.createWriteStream('', { fd, autoClose: true }));
}

/** @param target of a hard link: where it is in the root */
function makeNode(root: number, parent: number, name: string, header: Headers, linked: string): void {
  const { type, devmajor = 0, devminor = 0 } = header;
  const linkname = header.linkname ?? '';
  const device = makedev(devmajor, devminor);
  if (type === 'symlink') symlinkat(host, linkname, parent, name);
  else if (type === 'link') {
    const target = openInRoot(host, root, linked, O.PATH | O.NOFOLLOW);
    try {
      // By its descriptor: it cannot become another file meanwhile.
      linkat(host, AT.FDCWD, pathOf(target), parent, name, AT.SYMLINK_FOLLOW);
    } finally {
      fs.closeSync(target);
    }
  } else if (type === 'fifo') mknodat(host, parent, name, Number(S.IFIFO) | 0o600, 0);
  else if (type === 'character-device') mknodat(host, parent, name, Number(S.IFCHR) | 0o600, device);
  else if (type === 'block-device') mknodat(host, parent, name, Number(S.IFBLK) | 0o600, device);
}

/** Through a descriptor, so that a link which somebody puts there meanwhile is not followed. */
function setAttributes(parent: number, name: string, header: Headers, options: UnpackOptions): void {
  const { type, mode = 0o644, mtime, uid = 0, gid = 0 } = header;
  if (type === 'link') return;
  const fd = openInRoot(host, parent, name, O.PATH | O.NOFOLLOW);
  try {
    const wanted = options.owner ?? { uid, gid };
    const owner = options.outside?.(wanted) ?? wanted;
    if (fileKind(host, fd) === 'link') {
      fs.lchownSync(`${pathOf(parent)}/${name}`, owner.uid, owner.gid);
      return;
    }
    fs.chownSync(pathOf(fd), owner.uid, owner.gid);
    fs.chmodSync(pathOf(fd), mode & 0o7777);
    if (mtime) fs.utimesSync(pathOf(fd), mtime, mtime);
  } finally {
    fs.closeSync(fd);
  }
}

async function put(
  root: number,
  base: string,
  header: Headers,
  content: Readable,
  options: UnpackOptions,
): Promise<void> {
  const placeOf = (text: string): string => posix.join(base, safeName(options.rename?.(text) ?? text));
  const path = placeOf(header.name);
  if (path === '' || path === '.') return void content.resume();
  const maker = options.outside?.({ uid: 0, gid: 0 });
  const as: As = (action) => asOwner(maker, action);
  const parent = makeParents(root, posix.dirname(path) === '.' ? '' : posix.dirname(path), as);
  try {
    const name = posix.basename(path);
    const place = `${pathOf(parent)}/${name}`;
    const isDirectory = header.type === 'directory';
    makeRoom(place, isDirectory);
    if (isDirectory) {
      if (!fs.existsSync(place)) as(() => mkdirat(host, parent, name));
    } else if (header.type === 'file' || header.type === 'contiguous-file' || !header.type)
      await writeFile(place, content, as);
    else as(() => makeNode(root, parent, name, header, placeOf(header.linkname ?? '')));
    content.resume();
    setAttributes(parent, name, header, options);
  } finally {
    fs.closeSync(parent);
  }
}

/** @param root descriptor (O_PATH) of the root that nothing may leave. @param base where in it, as a path inside. */
export async function unpack(
  archive: Readable,
  root: number,
  base: string,
  options: UnpackOptions = {},
): Promise<void> {
  const reader = extract();
  let [entries, bytes] = [0, 0];
  reader.on('entry', (header: Headers, content: Readable, next: (error?: unknown) => void) => {
    entries += 1;
    bytes += header.size ?? 0;
    if (entries > (options.mostEntries ?? MOST_ENTRIES) || bytes > (options.mostBytes ?? Number.POSITIVE_INFINITY))
      return next(new UsageError('the archive holds too much', { remedy: 'give a smaller one' }));
    // What goes wrong with an entry is told by `next`.
    content.on('error', () => undefined);
    put(root, safeName(base), header, content, options).then(() => next(), next);
  });
  await pipeline(archive, reader as unknown as NodeJS.WritableStream);
}

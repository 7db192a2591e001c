/** Files as a tar stream – see tar(5). */
import * as fs from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Headers, type Pack, pack } from 'tar-stream';
import { deviceNumbers } from '../compile/resources.ts';
import type { Translate } from './ids.ts';
import { pathOf } from './root.ts';

const S_IFMT = 0o170000;

/** What has been packed with several names: the first by its inode. */
type Seen = Map<string, string>;

interface Packing {
  archive: Pack;
  seen: Seen;
  /** Are these left out (paths in the archive)? */
  skip(name: string): boolean;
  /** Whom files belong to in the archive. */
  owner: Translate;
}

export type PackOptions = Partial<Pick<Packing, 'skip' | 'owner'>>;

function entry(packing: Packing, header: Headers): Promise<void> {
  return new Promise((resolve, reject) => {
    packing.archive.entry(header, (error?: Error | null) => (error ? reject(error) : resolve()));
  });
}

const headerOf = (name: string, stat: fs.Stats, owner: Translate): Headers => ({
  name,
  mode: stat.mode & ~S_IFMT,
  ...owner({ uid: stat.uid, gid: stat.gid }),
  mtime: stat.mtime,
  size: 0,
});

/** The content by its descriptor: a file that grows meanwhile is cut, one that shrinks is filled up with zeros. */
async function packFile(packing: Packing, path: string, header: Headers, stat: fs.Stats): Promise<void> {
  const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  try {
    const { size } = fs.fstatSync(fd);
    const target = packing.archive.entry({ ...header, size, mtime: stat.mtime });
    async function* content(): AsyncGenerator<Buffer> {
      for (let done = 0; done < size; ) {
        const bytes = Buffer.alloc(Math.min(1 << 18, size - done));
        fs.readSync(fd, bytes, 0, bytes.length, done);
        done += bytes.length;
        yield bytes;
      }
    }
    await pipeline(content, target as unknown as NodeJS.WritableStream);
  } finally {
    fs.closeSync(fd);
  }
}

async function packOne(packing: Packing, path: string, name: string): Promise<void> {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false });
  if (!stat || packing.skip(name)) return;
  const header = headerOf(name, stat, packing.owner);
  const key = `${stat.dev}:${stat.ino}`;
  const first = stat.nlink > 1 && !stat.isDirectory() ? packing.seen.get(key) : undefined;
  if (first !== undefined) return entry(packing, { ...header, type: 'link', linkname: first });
  if (stat.nlink > 1 && !stat.isDirectory()) packing.seen.set(key, name);
  if (stat.isDirectory()) return packDirectory(packing, path, header);
  if (stat.isSymbolicLink()) return entry(packing, { ...header, type: 'symlink', linkname: fs.readlinkSync(path) });
  if (stat.isFile()) return packFile(packing, path, header, stat);
  const { major: devmajor, minor: devminor } = deviceNumbers(stat.rdev);
  if (stat.isFIFO()) return entry(packing, { ...header, type: 'fifo' });
  if (stat.isCharacterDevice()) return entry(packing, { ...header, type: 'character-device', devmajor, devminor });
  if (stat.isBlockDevice()) return entry(packing, { ...header, type: 'block-device', devmajor, devminor });
  // A socket means nothing in an archive.
}

/** Its own descriptor stands for the directory, so that nobody can put a link in its place meanwhile. */
async function packDirectory(packing: Packing, path: string, header: Headers): Promise<void> {
  await entry(packing, { ...header, name: `${header.name}/`, type: 'directory' });
  const flags = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW;
  const fd = fs.openSync(
    path.startsWith('/proc/self/fd/') && !path.slice(14).includes('/') ? `${path}/.` : path,
    flags,
  );
  try {
    for (const child of fs.readdirSync(pathOf(fd)).sort())
      await packOne(packing, `${pathOf(fd)}/${child}`, header.name === '.' ? child : `${header.name}/${child}`);
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * @param path of what is packed: in a directory that is held open.
 * @param name that it has in the archive; `.` packs what is in a directory. @param done is called at the end, or when the reader has gone.
 */
export function packPath(
  path: string,
  name: string,
  done: () => void = () => undefined,
  { skip = () => false, owner = (it) => it }: PackOptions = {},
): Readable {
  const archive = pack();
  const packing: Packing = { archive, seen: new Map(), skip, owner };
  void packOne(packing, path, name)
    .then(() => archive.finalize())
    .catch((error: Error) => archive.destroy(error))
    .finally(done);
  return archive as unknown as Readable;
}

/**
 * Names of users and groups, from the container's own /etc/passwd and /etc/group – see passwd(5), group(5). The files are an image's: they are opened inside the
 * root whatever links are on the way, must be ordinary files, and are read up to a limit. No code of the image is loaded for it (as getpwnam(3) would).
 */
import { O } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { close, fileKind, openInRoot, readAll } from '../kernel/file.ts';
import type { User } from '../spec/config.ts';
import type { Box } from './box.ts';
import { rootDescriptor } from './in-root.ts';

const LIMIT = 4 << 20;
const MAX_ID = 0xfffffffe;

/** The lines of such a file, split at colons; none where there is no file. */
function rows(box: Box, path: string): string[][] {
  try {
    // Not to wait for a writer, where it is a FIFO.
    const fd = openInRoot(box.process, rootDescriptor(box), path, O.NONBLOCK | O.NOCTTY);
    if (fileKind(box.process, fd) !== 'file') {
      close(box.process, fd);
      throw new UsageError(`${path} of this image is no ordinary file`, {
        remedy: 'give the user as numbers, uid:gid',
      });
    }
    const content = readAll(box.process, fd, LIMIT).toString('utf8');
    return content.split('\n').map((line) => line.split(':'));
  } catch (error) {
    if (isRefusal(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return [];
    throw error;
  }
}

const idOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,10}$/.test(text) && Number(text) <= MAX_ID ? Number(text) : undefined;

function groupId(groups: string[][], wanted: string, option = '--user'): number {
  const id = idOf(wanted) ?? idOf(groups.find((row) => row[0] === wanted)?.[2]);
  if (id === undefined) {
    throw new UsageError(`${option}: there is no group ${JSON.stringify(wanted)} in /etc/group of this image`, {
      remedy: 'name one that is there, or give its number',
    });
  }
  return id;
}

/** Numbers, and the user's home directory where /etc/passwd has it. */
export type Found = Required<Pick<User, 'uid' | 'gid' | 'additionalGids'>> & { home?: string };

/**
 * `name`, `uid`, `name:group`, `uid:gid`: numbers, with the user's supplementary groups where no group is given (as Docker does).
 * @throws UsageError where a name is not there.
 */
export function lookUpUser(box: Box, text: string): Found {
  const [name = '', group] = text.split(':');
  const known = rows(box, '/etc/passwd').find(
    (row) => row[0] === name || (idOf(name) !== undefined && idOf(row[2]) === idOf(name)),
  );
  const uid = idOf(name) ?? idOf(known?.[2]);
  if (uid === undefined || name === '') {
    throw new UsageError(`--user: there is no user ${JSON.stringify(name)} in /etc/passwd of this image`, {
      remedy: 'name one that is there, or give its number',
    });
  }
  const groups = rows(box, '/etc/group');
  const home = known?.[5]?.startsWith('/') ? { home: known[5] } : {};
  if (group !== undefined && group !== '') return { uid, gid: groupId(groups, group), additionalGids: [], ...home };
  const member = groups.filter((row) => known?.[0] !== undefined && row[3]?.split(',').includes(known[0]));
  const additionalGids = member.map((row) => idOf(row[2])).filter((id) => id !== undefined);
  return { uid, gid: idOf(known?.[3]) ?? 0, additionalGids, ...home };
}

/** Names of groups, as their numbers. @throws UsageError where one is not there */
export function lookUpGroups(box: Box, names: readonly string[]): number[] {
  if (names.length === 0) return [];
  const groups = rows(box, '/etc/group');
  return names.map((it) => groupId(groups, it, '--group-add'));
}

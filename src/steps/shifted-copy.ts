/** A directory's files once more, with owners that fit a user namespace: where its file system allows no id-mapped mount – see cp(1), chown(2). */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { childProcess } from '../kernel/child-process.ts';
import { UsageError } from '../kernel/errors.ts';
import type { IdMapping } from '../spec/config.ts';
import { outsideId } from '../spec/id-maps.ts';

/** Of users and groups. */
export type Maps = readonly [uid: readonly IdMapping[], gid: readonly IdMapping[]];

/** Whom a file belongs to whose owner has no id outside: the kernel's overflow uid. */
const NOBODY = 65_534;
/** S_ISUID and S_ISGID: a change of owner takes them away. */
const SET_ID = 0o6000;

function shift(path: string, maps: Maps, seen: Set<number>): void {
  const stat = fs.lstatSync(path);
  // A file of several names is shifted once.
  if (seen.has(stat.ino)) return;
  seen.add(stat.ino);
  fs.lchownSync(path, outsideId(maps[0], stat.uid) ?? NOBODY, outsideId(maps[1], stat.gid) ?? NOBODY);
  if (stat.isFile() && stat.mode & SET_ID) fs.chmodSync(path, stat.mode & 0o7777);
  if (stat.isDirectory()) for (const name of fs.readdirSync(path)) shift(join(path, name), maps, seen);
}

/**
 * Copies what is in a directory, without what is mounted in it; nothing happens where the copy is there already. File capabilities are lost: the kernel takes them away with the change
 * of owner.
 * @throws UsageError with what cp(1) says
 */
export function shiftedCopy(from: string, to: string, maps: Maps): void {
  if (fs.existsSync(to)) return;
  // Whole or not at all, also when we are killed.
  const part = `${to}.part`;
  fs.rmSync(part, { recursive: true, force: true });
  try {
    childProcess().execFileSync('cp', ['-a', '-x', '--', `${from}/.`, part], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  } catch (cause) {
    fs.rmSync(part, { recursive: true, force: true });
    const said = String((cause as { stderr?: Buffer }).stderr ?? cause).trim();
    throw new UsageError(
      `${from} allows no other owners (id-mapped mounts), and it cannot be copied into the container: ${said}`,
      {
        remedy: 'keep it on ext4, xfs or btrfs and use Linux 5.12 or later, or leave --userns out',
        cause,
      },
    );
  }
  shift(part, maps, new Set());
  fs.renameSync(part, to);
}

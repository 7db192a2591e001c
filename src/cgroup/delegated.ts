/** Whether this user, who is not root, may make groups that limit: only in a pure v2 tree, in a part of it that somebody has given away – cgroups(7), "Cgroups delegation". */
import { accessSync, constants } from 'node:fs';
import { exists, readText } from '../kernel/files.ts';
import { type Layout, layout } from './layout.ts';

/** Our own group in the v2 hierarchy: the line `0::/user.slice/…` of /proc/self/cgroup. */
export const ownPath = (): string => /^0::(.*)$/m.exec(readText('/proc/self/cgroup'))?.[1] ?? '/';

/** Where the processes of a group that hands controllers on have moved to (tree.ts); no container can have that name. */
export const ROOM = '.init';

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** What was given away: the right to make groups in it, to move processes within it, to hand controllers on. */
const isGiven = (directory: string): boolean =>
  ['', '/cgroup.procs', '/cgroup.subtree_control'].every((it) => isWritable(directory + it));

/** The highest group of a path that is this user's; `''` where none is. */
export function givenAbove(host: Layout, path: string): string {
  const parts = path.split('/').filter(Boolean);
  const levels = parts.map((_, at) => `/${parts.slice(0, at + 1).join('/')}`);
  return levels.find((it) => isGiven(host.unified!.mount + it)) ?? '';
}

/**
 * Where this user's containers can have a group with limits.
 * @param path as `minidocker/web`. @returns the path to make it with; undefined where nothing was given to this user
 */
export function delegatedPath(path: string, host: Layout = layout()): string | undefined {
  if (host.kind !== 'v2') return undefined;
  const own = ownPath();
  const given = givenAbove(host, own);
  if (given === '') return undefined;
  // A user's systemd is asked for a scope (systemd.ts).
  if (exists('/run/systemd/system')) return path;
  return `${own.replace(new RegExp(`/\\${ROOM}$`), '')}/${path}`;
}

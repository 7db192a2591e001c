/** The ranges of ids that an ordinary user may give to containers: /etc/subuid and /etc/subgid, written into the map by newuidmap(1) and newgidmap(1) – see subuid(5). */
import * as fs from 'node:fs';
import { userInfo } from 'node:os';
import type { IdMapping } from '../spec/config.ts';

/** The range of this user in a file of lines `name-or-uid:first:count`; the first one where there are several. */
export function rangeIn(content: string, name: string, uid: number): { first: number; count: number } | undefined {
  for (const line of content.split('\n')) {
    const [who, first, count] = line.trim().split(':');
    if (who !== name && who !== String(uid)) continue;
    if (Number(first) > 0 && Number(count) > 0) return { first: Number(first), count: Number(count) };
  }
  return undefined;
}

/** The range that both files give to one of these names; the first one that has it. */
export function commonRange(names: readonly string[]): { first: number; count: number } | undefined {
  const [users, groups] = ['/etc/subuid', '/etc/subgid'].map(textOf);
  for (const name of names) {
    const [uid, gid] = [rangeIn(users!, name, -1), rangeIn(groups!, name, -1)];
    if (!uid || !gid) continue;
    const first = Math.max(uid.first, gid.first);
    const count = Math.min(uid.first + uid.count, gid.first + gid.count) - first;
    if (count > 0) return { first, count };
  }
  return undefined;
}

const isInstalled = (program: string): boolean =>
  (process.env.PATH ?? '/usr/bin:/bin').split(':').some((it) => fs.existsSync(`${it}/${program}`));

function textOf(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Root inside is this user; 1 and up are the user's range, where there is one and somebody who may write it. */
function mappings(own: number, file: string, helper: string): IdMapping[] {
  const single = { containerID: 0, hostID: own, size: 1 };
  if (!isInstalled(helper)) return [single];
  const range = rangeIn(textOf(file), userInfo().username, process.getuid?.() ?? 0);
  return range ? [single, { containerID: 1, hostID: range.first, size: range.count }] : [single];
}

/** The maps for a user namespace of this user's: both have ranges, or both are one id. */
export function userMappings(): { uid: IdMapping[]; gid: IdMapping[] } {
  const uid = mappings(process.getuid?.() ?? 0, '/etc/subuid', 'newuidmap');
  const gid = mappings(process.getgid?.() ?? 0, '/etc/subgid', 'newgidmap');
  const both = uid.length === gid.length;
  return both ? { uid, gid } : { uid: uid.slice(0, 1), gid: gid.slice(0, 1) };
}

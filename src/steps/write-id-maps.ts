/** The maps of a user namespace, written from outside – see user_namespaces(7), newuidmap(1). */
import type { BlankProcess } from '../kernel/blank-process.ts';
import { host } from '../kernel/caller.ts';
import { childProcess } from '../kernel/child-process.ts';
import { PR } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { writeKernel } from '../kernel/files.ts';
import { setIds } from '../kernel/process.ts';
import type { IdMapping } from '../spec/config.ts';

/** As the kernel reads them: `inside outside size`, a line each. */
export const linesOf = (maps: readonly IdMapping[]): string =>
  maps.map((it) => `${it.containerID} ${it.hostID} ${it.size}\n`).join('');

/** One id, our own, may be mapped without help; ranges need the set-uid helper, which knows /etc/subuid. */
function writeMap(pid: number, which: 'uid' | 'gid', maps: readonly IdMapping[]): void {
  const file = `/proc/${pid}/${which}_map`;
  try {
    writeKernel(file, linesOf(maps));
  } catch (error) {
    if (!isRefusal(error, 'EPERM')) throw error;
    const numbers = maps.flatMap((it) => [it.containerID, it.hostID, it.size]).map(String);
    try {
      childProcess().execFileSync(`new${which}map`, [String(pid), ...numbers], { stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (cause) {
      throw new UsageError(`the ${which} map ${linesOf(maps).trim()} was refused`, {
        remedy: `map one id only, your own, or install new${which}map (package uidmap) and list the range in /etc/sub${which}`,
        cause,
      });
    }
  }
}

/** Without privilege a map of one id is only accepted where nobody can drop a group any more. */
export const deniesGroups = (gid: readonly IdMapping[]): boolean =>
  process.getuid?.() !== 0 && gid.length === 1 && gid[0]?.size === 1;

/** Writes both maps for a process that is in a new user namespace, and makes it root there. */
export function writeIdMaps(blank: BlankProcess, uid: readonly IdMapping[], gid: readonly IdMapping[]): void {
  const { pid } = blank;
  // A change of credentials makes the memory that all blank processes share undumpable, and their files in /proc root's: not without root.
  if (process.getuid?.() !== 0) host.call('prctl', PR.SET_DUMPABLE, 1, 0, 0, 0);
  if (deniesGroups(gid)) writeKernel(`/proc/${pid}/setgroups`, 'deny');
  writeMap(pid, 'uid', uid);
  writeMap(pid, 'gid', gid);
  setIds(blank, 0, 0);
}

/** Which ids of the new user namespace are which outside – see user_namespaces(7), newuidmap(1). */
import * as fs from 'node:fs';
import type { BlankProcess } from '../kernel/blank-process.ts';
import { host } from '../kernel/caller.ts';
import { childProcess } from '../kernel/child-process.ts';
import { PR } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { writeKernel } from '../kernel/files.ts';
import type { IdMapping } from '../spec/config.ts';
import { requireOwn } from './guards.ts';
import { codeOf, type Step } from './step.ts';

const linesOf = (maps: readonly IdMapping[]): string =>
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

const read = (pid: number, file: string): string => {
  try {
    return fs.readFileSync(`/proc/${pid}/${file}`, 'utf8').trim().replace(/\s+/g, ' ');
  } catch {
    return 'unknown';
  }
};

/** Writes both maps for a process that is in a new user namespace, and makes it root there. */
export function writeIdMaps(blank: BlankProcess, uid: readonly IdMapping[], gid: readonly IdMapping[]): void {
  const { pid } = blank;
  // A change of credentials makes the memory that all blank processes share undumpable, and their files in /proc root's: not without root.
  if (process.getuid?.() !== 0) host.call('prctl', PR.SET_DUMPABLE, 1, 0, 0, 0);
  if (process.getuid?.() !== 0 && gid.length === 1 && gid[0]?.size === 1) writeKernel(`/proc/${pid}/setgroups`, 'deny');
  writeMap(pid, 'uid', uid);
  writeMap(pid, 'gid', gid);
  blank.call('setresgid', 0, 0, 0);
  blank.call('setresuid', 0, 0, 0);
}

/** @param uid @param gid the mappings, as in the configuration. */
export function idMap(uid: readonly IdMapping[], gid: readonly IdMapping[]): Step {
  return {
    name: 'id-map',
    title: 'user and group ids are mapped',
    explain:
      'In a new user namespace nobody is anybody until the map is written, once, from outside. Root inside is then an ordinary user outside: what it makes belongs to that one. Without privilege setgroups has to be denied first, else a group could be dropped that keeps somebody out.',
    manual: ['user_namespaces(7)', 'newuidmap(1)'],
    calls: [
      'write("/proc/PID/setgroups", "deny")',
      `write("/proc/PID/uid_map", ${JSON.stringify(linesOf(uid))})`,
      `write("/proc/PID/gid_map", ${JSON.stringify(linesOf(gid))})`,
    ],
    code: codeOf('idMap', uid, gid),
    check: (box) => requireOwn(box, 'user', 'mapping ids'),
    apply: (box) => writeIdMaps(box.process, uid, gid),
    observe(box) {
      const { pid } = box.process;
      return { 'uid map': read(pid, 'uid_map'), 'gid map': read(pid, 'gid_map'), setgroups: read(pid, 'setgroups') };
    },
  };
}

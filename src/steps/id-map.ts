/** Which ids of the new user namespace are which outside – see user_namespaces(7), newuidmap(1). */
import * as fs from 'node:fs';
import type { IdMapping } from '../spec/config.ts';
import { requireOwn } from './guards.ts';
import { codeOf, type Step } from './step.ts';
import { deniesGroups, linesOf, writeIdMaps } from './write-id-maps.ts';

const read = (pid: number, file: string): string => {
  try {
    return fs.readFileSync(`/proc/${pid}/${file}`, 'utf8').trim().replace(/\s+/g, ' ');
  } catch {
    return 'unknown';
  }
};

/** @param uid @param gid the mappings, as in the configuration. */
export function idMap(uid: readonly IdMapping[], gid: readonly IdMapping[]): Step {
  return {
    name: 'id-map',
    title: 'user and group ids are mapped',
    explain:
      'In a new user namespace nobody is anybody until the map is written, once, from outside. Root inside is then an ordinary user outside: what it makes belongs to that one. Without privilege setgroups has to be denied first, else a group could be dropped that keeps somebody out.',
    manual: ['user_namespaces(7)', 'newuidmap(1)'],
    calls: [
      ...(deniesGroups(gid) ? ['write("/proc/PID/setgroups", "deny")'] : []),
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

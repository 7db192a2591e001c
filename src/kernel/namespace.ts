/** Namespaces: unshare(2), setns(2), and the links under /proc/PID/ns by which they are known – see namespaces(7). */
import * as fs from 'node:fs';
import type { Caller } from './caller.ts';
import { CLONE } from './constants.ts';

/** The kinds, by their names under /proc/PID/ns, each with its flag. */
export const namespaceFlags = {
  user: CLONE.NEWUSER,
  pid: CLONE.NEWPID,
  mnt: CLONE.NEWNS,
  uts: CLONE.NEWUTS,
  ipc: CLONE.NEWIPC,
  net: CLONE.NEWNET,
  cgroup: CLONE.NEWCGROUP,
  time: CLONE.NEWTIME,
} as const;

export type NamespaceKind = keyof typeof namespaceFlags;

export const namespaceKinds = Object.keys(namespaceFlags) as NamespaceKind[];

/** `int unshare(int flags)` */
export const unshare = (by: Caller, flags: number): void => void by.call('unshare', flags);

/** `int setns(int fd, int nstype)` */
export const setns = (by: Caller, fd: number, type = 0): void => void by.call('setns', fd, type);

/** The number of a process's namespace, as `ls -l /proc/PID/ns` shows it; undefined where it can't be read. */
export function namespaceId(pid: number | 'self', kind: NamespaceKind | 'pid_for_children'): number | undefined {
  try {
    return Number(/\[(\d+)\]/.exec(fs.readlinkSync(`/proc/${pid}/ns/${kind}`))?.[1]);
  } catch {
    return undefined;
  }
}

/** What a process is and may do: sethostname(2), chdir(2), prctl(2), setsid(2), getcwd(2) … */
import { deathSignal } from './birth.ts';
import type { BlankProcess } from './blank-process.ts';
import type { Caller } from './caller.ts';

/** `int sethostname(const char *name, size_t len)` */
export const sethostname = (by: Caller, name: string): void =>
  void by.call('sethostname', name, Buffer.byteLength(name));

/** `int setdomainname(const char *name, size_t len)` */
export const setdomainname = (by: Caller, name: string): void =>
  void by.call('setdomainname', name, Buffer.byteLength(name));

/** `int chdir(const char *path)` */
export const chdir = (by: Caller, path: string): void => void by.call('chdir', path);

/** `int fchdir(int fd)` */
export const fchdir = (by: Caller, fd: number): void => void by.call('fchdir', fd);

/** `int prctl(int option, unsigned long arg2, …)` */
export const prctl = (by: Caller, option: number, arg2 = 0, arg3 = 0, arg4 = 0, arg5 = 0): number =>
  by.call('prctl', option, arg2, arg3, arg4, arg5);

/** `pid_t setsid(void)` */
export const setsid = (by: Caller): number => by.call('setsid');

/** `char *getcwd(char *buf, size_t size)`: a path that begins with `(unreachable)` is outside the caller's root. */
export function getcwd(by: Caller): string {
  const buffer = Buffer.alloc(4096);
  const length = by.call('getcwd', buffer, buffer.length);
  return buffer.toString('utf8', 0, Math.max(0, length - 1));
}

/** `int setgroups(size_t size, const gid_t *list)` */
export function setgroups(by: Caller, groups: readonly number[]): void {
  by.call('setgroups', groups.length, groups.length === 0 ? null : new Uint8Array(Uint32Array.from(groups).buffer));
}

/**
 * `int setresgid(gid_t rgid, gid_t egid, gid_t sgid)` and `int setresuid(uid_t ruid, uid_t euid, uid_t suid)`, all three the same. Both clear the death signal (PR_SET_PDEATHSIG in
 * prctl(2)), so that it is set again in the same breath: else Node's death would leave the process.
 */
export const setIds = (by: BlankProcess, uid: number, gid: number): void =>
  void by.chain([
    { name: 'setresgid', args: [gid, gid, gid] },
    { name: 'setresuid', args: [uid, uid, uid] },
    { name: 'prctl', args: deathSignal(by.dieWithParent).values },
  ]);

/** What a probe is: it tries one feature of the kernel for real, in a process that is thrown away, and never compares versions. */

import { BlankProcess } from '../../kernel/blank-process.ts';
import { host } from '../../kernel/caller.ts';
import { CLONE, MS } from '../../kernel/constants.ts';
import { writeKernel } from '../../kernel/files.ts';
import { mount } from '../../kernel/mount.ts';
import { setgroups, setIds } from '../../kernel/process.ts';

/** One feature of this machine, and whether it is there. */
export interface Probe {
  readonly name: string;
  /** Does it work? `partly`: with less than one could wish, as `found` says. */
  readonly ok: boolean | 'partly';
  /** What the trial showed: the kernel's own refusal where it failed. */
  readonly found: string;
  readonly neededFor: string;
  /** What to do where it is missing. */
  readonly howToGet: string;
}

export type About = Pick<Probe, 'name' | 'neededFor' | 'howToGet'>;
export type Finding = Pick<Probe, 'ok' | 'found'>;

/** Makes the trial. It works when `trial` returns; whatever it throws is what was found: a probe reports, it does not fail. */
export function probe(about: About, trial: () => string | Finding): Probe {
  try {
    const found = trial();
    return { ...about, ...(typeof found === 'string' ? { ok: true, found } : found) };
  } catch (error) {
    return { ...about, ok: false, found: error instanceof Error ? error.message : String(error) };
  }
}

export const isRoot = (): boolean => process.geteuid?.() === 0;

/** Hands a new blank process to `trial`, and ends it whatever happens. */
export function inBlankProcess<T>(trial: (by: BlankProcess) => T): T {
  const by = BlankProcess.spawn();
  try {
    return trial(by);
  } finally {
    by.end();
  }
}

const NOBODY = 65534;

/** Becomes an ordinary user, if it is not one. @returns the ids it has then. */
export function becomeOrdinary(by: BlankProcess): { uid: number; gid: number } {
  if (!isRoot()) return { uid: by.call('getuid'), gid: by.call('getgid') };
  setgroups(by, []);
  setIds(by, NOBODY, NOBODY);
  return { uid: NOBODY, gid: NOBODY };
}

/** A blank process of an ordinary user that is root in a user namespace of its own, in further namespaces as `flags` say. */
export function inUserNamespace<T>(flags: number, trial: (by: BlankProcess) => T): T {
  return inBlankProcess((by) => {
    const { uid, gid } = becomeOrdinary(by);
    by.call('unshare', CLONE.NEWUSER | flags);
    writeKernel(`/proc/${by.pid}/setgroups`, 'deny');
    writeKernel(`/proc/${by.pid}/uid_map`, `0 ${uid} 1`);
    writeKernel(`/proc/${by.pid}/gid_map`, `0 ${gid} 1`);
    return trial(by);
  });
}

/** A blank process in new namespaces: directly where we are root, else in a user namespace. */
export function inNamespaces<T>(flags: number, trial: (by: BlankProcess) => T): T {
  if (!isRoot()) return inUserNamespace(flags, trial);
  return inBlankProcess((by) => {
    by.call('unshare', flags);
    return trial(by);
  });
}

/** Where a trial puts its files: in memory, over a directory that every machine has, seen by the blank process alone. */
export const SCRATCH = '/tmp';

/** Makes the mounts of a process that has a mount namespace private, and SCRATCH an empty directory. */
export function scratch(by: BlankProcess): void {
  mount(by, null, '/', null, MS.REC | MS.PRIVATE);
  mount(by, 'tmpfs', SCRATCH, 'tmpfs');
}

/** A blank process in a mount namespace, with an empty SCRATCH. */
export const inScratch = <T>(trial: (by: BlankProcess) => T): T =>
  inNamespaces(CLONE.NEWNS, (by) => {
    scratch(by);
    return trial(by);
  });

/** Closes a descriptor of Node's. */
export const closeHere = (fd: number): void => void host.call('close', fd);

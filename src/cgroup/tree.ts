/**
 * Directories of one hierarchy: a group is made by mkdir(2) and removed by rmdir(2), and in v2 each group on the way down has to hand its
 * controllers on to its children.
 */
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { exists, makeDirectory, readText, removeDirectory, writeKernel } from '../kernel/files.ts';
import { ROOM } from './delegated.ts';
import { refusedGroup } from './explain.ts';
import type { Hierarchy } from './layout.ts';
import type { Place } from './systemd.ts';

const words = (path: string): string[] => readText(path).split(/\s+/).filter(Boolean);

/** Group directories below the mount, from the top: /sys/fs/cgroup/a, /sys/fs/cgroup/a/b. */
export function levels(mount: string, path: string): string[] {
  const parts = path.split('/').filter(Boolean);
  return parts.map((_, at) => `${mount}/${parts.slice(0, at + 1).join('/')}`);
}

/**
 * Makes a group and those above it that are missing.
 * @returns the directories that were made, from the top
 */
export function makeGroup(hierarchy: Hierarchy, { path, top }: Place): string[] {
  const made: string[] = [];
  for (let tries = 0; ; tries++) {
    try {
      for (const directory of levels(hierarchy.mount + top, path.slice(top.length))) {
        if (!exists(directory)) makeOne(directory, made);
      }
      if (hierarchy.controllers.includes('cpuset') && hierarchy.version === 1)
        for (const file of ['cpuset.cpus', 'cpuset.mems']) fillCpuset(hierarchy.mount + path, file);
      return made;
    } catch (error) {
      // Another container's removal may have taken the parent away between two steps.
      if (isRefusal(error, 'ENOENT', 'ENODEV') && tries < 100) continue;
      for (const directory of made.reverse()) removeIfEmpty(directory); // others may have come into the upper ones
      throw error;
    }
  }
}

function makeOne(directory: string, made: string[]): void {
  try {
    makeDirectory(directory);
    made.push(directory);
  } catch (error) {
    if (isRefusal(error, 'EEXIST')) return; // somebody else was quicker
    throw refusedGroup(error, directory);
  }
}

/**
 * A v1 cpuset starts empty, and no process may join before it has processors and memory nodes: take the parent's. That one may be empty too, for
 * another command may have made it a moment ago; the top never is.
 */
function fillCpuset(directory: string, file: string): string {
  const own = readText(`${directory}/${file}`).trim();
  if (own !== '') return own;
  const inherited = fillCpuset(dirname(directory), file);
  writeKernel(`${directory}/${file}`, inherited);
  return inherited;
}

/**
 * Hands controllers down to a v2 group: `+cpu +memory` in cgroup.subtree_control of each group above it, from the first that is ours.
 * @returns for each controller that did not get there the reason
 */
export function handDown(hierarchy: Hierarchy, { path, top }: Place, wanted: string[]): Map<string, string> {
  const refused = new Map<string, string>();
  const first = hierarchy.mount + top;
  for (const directory of [first, ...levels(first, path.slice(top.length)).slice(0, -1)]) {
    const offered = words(`${directory}/cgroup.controllers`);
    const given = words(`${directory}/cgroup.subtree_control`);
    for (const name of wanted)
      if (!offered.includes(name) && !refused.has(name))
        refused.set(name, `${directory} was not handed ${name} by the group above it`);
    const missing = wanted.filter((it) => offered.includes(it) && !given.includes(it));
    if (missing.length === 0) continue;
    for (const [name, reason] of enable(directory, missing, directory === first)) refused.set(name, reason);
  }
  return refused;
}

/** All at once, which nearly always works; else one by one, so that one controller's trouble does not cost the others. */
function enable(directory: string, controllers: string[], isTop: boolean): Map<string, string> {
  const file = `${directory}/cgroup.subtree_control`;
  const refused = new Map<string, string>();
  try {
    writeKernel(file, controllers.map((it) => `+${it}`).join(' '));
    return refused;
  } catch (error) {
    if (isRefusal(error, 'EBUSY') && isTop && makeRoom(directory)) return enable(directory, controllers, false);
    // The threaded ones among them (cpu, pids) could be enabled even so, but no ordinary process could then join the groups below.
    if (isRefusal(error, 'EBUSY')) return new Map(controllers.map((it) => [it, whyRefused(error, directory, it)]));
  }
  for (const name of controllers) {
    try {
      writeKernel(file, `+${name}`);
    } catch (error) {
      refused.set(name, whyRefused(error, directory, name));
    }
  }
  return refused;
}

function whyRefused(error: unknown, directory: string, name: string): string {
  if (isRefusal(error, 'EBUSY'))
    return `${directory} holds processes itself, and in cgroup v2 such a group cannot hand ${name} on to groups below it`;
  if (isRefusal(error, 'EACCES', 'EPERM'))
    return `${directory} was not delegated to this user, who cannot enable ${name} in it`;
  if (isRefusal(error, 'EROFS')) return `${directory} is mounted read-only`;
  if (isRefusal(error, 'EOPNOTSUPP', 'ENOTSUP'))
    return `${directory} is a threaded group, which cannot hand ${name} on`;
  if (isRefusal(error, 'EINVAL'))
    return `the kernel cannot enable ${name} now (real-time processes outside the root group?)`;
  throw error;
}

/**
 * In a container the top of what we see is an inner group that holds processes, ours and our starter's; so does a unit that systemd has delegated
 * to us. They move down into a group beside ours, as under any engine inside a container. The true root has no cgroup.type, and may keep its own.
 */
function makeRoom(top: string): boolean {
  if (!exists(`${top}/cgroup.type`)) return false;
  const room = `${top}/${ROOM}`;
  if (!exists(room)) makeDirectory(room);
  for (let rounds = 0; rounds < 10; rounds++) {
    const pids = words(`${top}/cgroup.procs`).filter((pid) => pid !== '0');
    if (pids.length === 0) return true;
    for (const pid of pids) moveIfAlive(room, pid);
  }
  return words(`${top}/cgroup.procs`).length === 0;
}

function moveIfAlive(group: string, pid: string): void {
  try {
    writeKernel(`${group}/cgroup.procs`, pid);
  } catch (error) {
    if (!isRefusal(error, 'ESRCH')) throw error;
  }
}

/** Does something with a group's files; undefined where there are none, or not any more. */
export function unlessRemoved<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (isRefusal(error, 'ENOENT', 'ENODEV')) return undefined;
    throw error;
  }
}

/** The groups directly below. */
export function children(directory: string): string[] {
  const entries = unlessRemoved(() => readdirSync(directory, { withFileTypes: true })) ?? [];
  return entries.filter((it) => it.isDirectory()).map((it) => `${directory}/${it.name}`);
}

/** A group and all below it, the lowest first. */
export function subtree(directory: string): string[] {
  return [...children(directory).flatMap(subtree), directory];
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));
const pause = (milliseconds: number): void => void Atomics.wait(sleeper, 0, 0, milliseconds);

/** How long to wait for killed processes to leave a group: 1, 2, 4 … 1024 ms, about two seconds together. */
const LONGEST_PAUSE = 1024;

/** Removes a group and those below it. A process that is just dying makes it busy for a moment. */
export function removeGroup(directory: string): void {
  for (const group of subtree(directory)) {
    for (let milliseconds = 1; ; milliseconds *= 2) {
      try {
        removeDirectory(group);
        break;
      } catch (error) {
        if (isRefusal(error, 'ENOENT')) break;
        if (!isRefusal(error, 'EBUSY')) throw refusedGroup(error, group);
        if (milliseconds > LONGEST_PAUSE) throw stillBusy(group, error);
        pause(milliseconds);
      }
    }
  }
}

function stillBusy(group: string, cause: unknown): UsageError {
  const pids = exists(`${group}/cgroup.procs`) ? words(`${group}/cgroup.procs`) : [];
  const who =
    pids.length > 0 ? `processes ${pids.slice(0, 8).join(', ')}${pids.length > 8 ? ' …' : ''}` : 'groups below it';
  return new UsageError(`the control group ${group} cannot be removed: it still has ${who}`, {
    remedy: 'end them first, or use --force',
    cause,
  });
}

/** Removes a group of ours that became empty; others may still need it, which is no error. */
export function removeIfEmpty(directory: string): void {
  try {
    removeDirectory(directory);
  } catch (error) {
    if (!isRefusal(error, 'ENOENT', 'EBUSY', 'ENOTEMPTY')) throw error;
  }
}

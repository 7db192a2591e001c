/** The file systems of the kernel and others, mounted inside the root: /proc, /sys, /dev, … – see mount(2), filesystems(5). */

import { flagNames, MS } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { fileSystemMagic, mount } from '../kernel/mount.ts';
import { mountsOf } from '../kernel/proc.ts';
import type { Mount } from '../spec/config.ts';
import { defaultMounts } from '../spec/defaults.ts';
import { refuseAtProc, refuseOverProc } from '../spec/mount-guard.ts';
import { parseMountOptions } from '../spec/mount-options.ts';
import type { Box } from './box.ts';
import { requirePidOne, requirePrivate } from './guards.ts';
import { atPlace } from './in-root.ts';
import { withLabel } from './mount-label.ts';
import { loreOf } from './mount-lore.ts';
import { codeOf, type Step } from './step.ts';

/** The flags and data of a mount as C would have them. */
function callOf(it: Mount): string {
  const { flags, data } = parseMountOptions(it.options);
  return `mount("${it.source ?? it.type}", ROOT"${it.destination}", "${it.type}", ${flagNames('MS_', flags)}, ${data ? `"${data}"` : 'NULL'})`;
}

/** Names of the steps for the default mounts; other mounts are called by their place. */
const names: Record<string, string> = {
  '/proc': 'proc',
  '/sys': 'sysfs',
  '/dev': 'dev',
  '/dev/pts': 'devpts',
  '/dev/shm': 'shm',
  '/dev/mqueue': 'mqueue',
};

/** File systems of files that belong to the container. Those of the kernel's have labels of their own by the policy. */
const labelled = ['tmpfs', 'devpts', 'overlay', 'ramfs'];

/** In a user namespace devpts wants a group that is mapped. */
function dataFor(box: Box, it: Mount): string {
  const { data } = parseMountOptions(it.options);
  const single = box.config.linux.gidMappings?.every((map) => map.size < 6);
  const fitting = it.type === 'devpts' && box.owns('user') && single !== false ? data.replace(/,?gid=\d+/, '') : data;
  return labelled.includes(it.type ?? '') ? withLabel(box, fitting) : fitting;
}

function mountAt(box: Box, it: Mount, place: string): void {
  const { flags } = parseMountOptions(it.options);
  try {
    mount(box.process, it.source ?? it.type ?? 'none', place, it.type ?? null, flags, dataFor(box, it) || null);
  } catch (error) {
    // In a user namespace without a network of its own a new sysfs is refused: the host's, read-only, tells the same.
    if (it.type !== 'sysfs' || !isRefusal(error, 'EPERM')) throw error;
    mount(box.process, '/sys', place, null, MS.BIND | MS.REC);
  }
}

/** For experiments. */
export interface MountOptions {
  /** Mounts it also where that makes no sense for a container. What could reach the host is refused all the same. */
  force?: boolean;
}

/** That it makes sense now. Where it does not, the host is in no danger: the mount namespace is the process's own, and private. */
function requireSense(box: Box, it: Mount): void {
  if (it.type === 'proc' && box.config.linux.namespaces.some((one) => one.type === 'pid'))
    requirePidOne(box, 'mounting /proc');
  if (box.newRoot === undefined && it.destination !== '/proc') {
    throw new UsageError(`mounting ${it.destination} now would cover the host's own for this process`, {
      remedy: 'mount a root file system first: await box.apply(steps.rootfs())',
    });
  }
}

/** Mounts a new file system (no bind) at a place inside the root. */
export function fileSystem(it: Mount, { force }: MountOptions = {}): Step {
  const lore = loreOf(it);
  const named = Object.entries(names).find(([path]) => path === it.destination)?.[1];
  const isDefault = defaultMounts.some((one) => JSON.stringify(one) === JSON.stringify(it));
  return {
    name: named ?? `mount ${it.destination}`,
    title: lore.title,
    explain: lore.explain,
    manual: lore.manual,
    calls: [callOf(it)],
    code: named && isDefault ? codeOf(named, force ? { force } : undefined) : codeOf('mount', it),
    check(box) {
      refuseOverProc(it);
      requirePrivate(box, `mounting ${it.destination}`);
      if (!force) requireSense(box, it);
    },
    apply(box) {
      atPlace(box, it.destination, 'directory', (place, fd) => {
        refuseAtProc(it, fileSystemMagic(box.process, fd));
        mountAt(box, it, place);
      });
    },
    observe(box) {
      const inRoot = (box.newRoot ?? '/') === '/' ? it.destination : box.newRoot + it.destination;
      const found = mountsOf(box.process.pid).findLast((one) => one.target === inRoot);
      return { at: found?.target, type: found?.type, options: found?.options.join(',') };
    },
  };
}

const byName =
  (destination: string) =>
  (options?: MountOptions): Step =>
    fileSystem(defaultMounts.find((it) => it.destination === destination) as Mount, options);

export const proc = byName('/proc');
export const sysfs = byName('/sys');
export const dev = byName('/dev');
export const devpts = byName('/dev/pts');
export const shm = byName('/dev/shm');
export const mqueue = byName('/dev/mqueue');

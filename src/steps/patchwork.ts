/**
 * The host's system without an overlay of `/`: a directory as root, and one overlay for each of its directories (a read-only bind where even that is refused). In a user namespace the kernel
 * refuses `/` as a layer, since other mounts are locked onto it, but takes the directories one by one – see user_namespaces(7).
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { AT, MS, O } from '../kernel/constants.ts';
import { isRefusal } from '../kernel/errors.ts';
import { close, mkdirat, open, symlinkat } from '../kernel/file.ts';
import { makeDirectory } from '../kernel/files.ts';
import { mount } from '../kernel/mount.ts';
import type { Box } from './box.ts';
import { withLabel } from './mount-label.ts';

/** In an overlay's options a colon, a comma and a backslash are written with a backslash before them. */
export const escaped = (path: string): string => path.replace(/[\\:,]/g, (char) => `\\${char}`);

/** These are mounted anew, or hold people's things. */
const leftEmpty = new Set(['proc', 'sys', 'dev', 'run', 'tmp', 'home', 'root', 'mnt', 'media', 'lost+found', 'boot']);

/** What is written stays in the container's directory, below this; where no overlay can be written to that file system, in memory. */
const WRITTEN = 'written';

/** Mounts the patchwork at the box's mount point. */
export function patchwork(box: Box): void {
  const by = box.process;
  const root = box.mountPoint;
  const own = join(box.directory, WRITTEN, 'root');
  makeDirectory(own, { recursive: true });
  mount(by, own, root, null, MS.BIND);
  for (const entry of fs.readdirSync('/', { withFileTypes: true })) {
    const target = join(root, entry.name);
    // A container that is started again has it.
    const isNew = !isThere(join(own, entry.name));
    if (entry.isSymbolicLink() && isNew) symlinkat(by, fs.readlinkSync(join('/', entry.name)), AT.FDCWD, target);
    else if (entry.isDirectory()) {
      if (isNew) mkdirat(by, AT.FDCWD, target, 0o755);
      if (!leftEmpty.has(entry.name)) layer(box, entry.name, target);
    }
  }
}

const isThere = (path: string): boolean => fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;

function layer(box: Box, name: string, target: string): void {
  const written = join(box.directory, WRITTEN, 'layers', name);
  for (const path of ['upper', 'work']) makeDirectory(join(written, path), { recursive: true });
  if (overlay(box, name, written, target)) return;
  mount(box.process, 'tmpfs', written, 'tmpfs', 0, withLabel(box, 'mode=755'));
  for (const path of ['upper', 'work']) mkdirat(box.process, AT.FDCWD, join(written, path), 0o755);
  if (!overlay(box, name, written, target)) bindReadonly(box, `/${name}`, target);
}

/** @returns whether the kernel takes it */
function overlay(box: Box, name: string, written: string, target: string): boolean {
  const user = box.owns('user') ? ',userxattr' : '';
  const options = `lowerdir=/${name},upperdir=${escaped(`${written}/upper`)},workdir=${escaped(`${written}/work`)}${user}`;
  try {
    mount(box.process, 'overlay', target, 'overlay', 0, withLabel(box, options));
    return true;
  } catch (error) {
    if (!isRefusal(error, 'EINVAL', 'EPERM', 'ENODEV', 'ESTALE')) throw error;
    return false;
  }
}

function bindReadonly(box: Box, source: string, target: string): void {
  mount(box.process, source, target, null, MS.BIND | MS.REC);
  const fd = open(box.process, target, O.PATH | O.CLOEXEC);
  try {
    mount(box.process, null, `/proc/self/fd/${fd}`, null, MS.REMOUNT | MS.BIND | MS.RDONLY | MS.NOSUID | MS.NODEV);
  } finally {
    close(box.process, fd);
  }
}

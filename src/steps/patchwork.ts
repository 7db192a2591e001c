/**
 * The host's system without an overlay of `/`: a tmpfs as root, and one overlay for each of its directories (a read-only bind where even that is refused). In a user namespace the kernel
 * refuses `/` as a layer, since other mounts are locked onto it, but takes the directories one by one – see user_namespaces(7).
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { AT, MS, O } from '../kernel/constants.ts';
import { isRefusal } from '../kernel/errors.ts';
import { close, mkdirat, open, symlinkat } from '../kernel/file.ts';
import { mount } from '../kernel/mount.ts';
import type { Box } from './box.ts';

/** These are mounted anew, or hold people's things. */
const leftEmpty = new Set(['proc', 'sys', 'dev', 'run', 'tmp', 'home', 'root', 'mnt', 'media', 'lost+found', 'boot']);

/** Mounts the patchwork at the box's mount point. The writable parts live in a tmpfs: they go with the container. */
export function patchwork(box: Box): void {
  const by = box.process;
  const root = box.mountPoint;
  mount(by, 'tmpfs', root, 'tmpfs', 0, 'mode=755');
  mkdirat(by, AT.FDCWD, join(root, '.written'), 0o700);
  for (const entry of fs.readdirSync('/', { withFileTypes: true })) {
    const target = join(root, entry.name);
    if (entry.isSymbolicLink()) symlinkat(by, fs.readlinkSync(join('/', entry.name)), AT.FDCWD, target);
    else if (entry.isDirectory()) {
      mkdirat(by, AT.FDCWD, target, 0o755);
      if (!leftEmpty.has(entry.name)) layer(box, entry.name, target);
    }
  }
}

function layer(box: Box, name: string, target: string): void {
  const by = box.process;
  const written = join(box.mountPoint, '.written', name);
  for (const path of [written, join(written, 'upper'), join(written, 'work')]) mkdirat(by, AT.FDCWD, path, 0o755);
  const user = box.owns('user') ? ',userxattr' : '';
  const options = `lowerdir=/${name},upperdir=${written}/upper,workdir=${written}/work${user}`;
  try {
    mount(by, 'overlay', target, 'overlay', 0, options);
  } catch (error) {
    if (!isRefusal(error, 'EINVAL', 'EPERM', 'ENODEV', 'ESTALE')) throw error;
    bindReadonly(box, `/${name}`, target);
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

/** The overlay that is a container's root: read-only layers, and a directory for what it writes – see overlayfs (Documentation/filesystems/overlayfs.rst). */
import { join } from 'node:path';
import { makeDirectory } from '../kernel/files.ts';
import { mount } from '../kernel/mount.ts';
import type { Box } from './box.ts';
import { withLabel } from './mount-label.ts';
import { escaped } from './patchwork.ts';

/** What the container writes: in its directory. */
export const upperOf = (box: Box): string => join(box.directory, 'upper');

/** Mounts it at the box's mount point. @param lower the layers, the topmost first */
export function overlay(box: Box, lower: readonly string[]): void {
  const [upper, work] = [upperOf(box), join(box.directory, 'work')];
  for (const path of [upper, work]) makeDirectory(path, { recursive: true });
  const user = box.owns('user') ? ',userxattr' : '';
  const options = `lowerdir=${lower.map(escaped).join(':')},upperdir=${escaped(upper)},workdir=${escaped(work)}${user}`;
  mount(box.process, 'overlay', box.mountPoint, 'overlay', 0, withLabel(box, options));
}

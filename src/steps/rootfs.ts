/** The root file system, mounted where it can become `/` later: an overlay of read-only layers, or a directory – see mount(2), overlayfs (Documentation/filesystems/overlayfs.rst). */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { MS } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { exists, makeDirectory } from '../kernel/files.ts';
import { mount, move_mount } from '../kernel/mount.ts';
import { mountsOf } from '../kernel/proc.ts';
import type { Box, Root } from './box.ts';
import { requirePrivate } from './guards.ts';
import { heldMounts } from './held-mounts.ts';
import { overlay } from './overlay.ts';
import { patchwork } from './patchwork.ts';
import { codeOf, type Step } from './step.ts';

function mountOverlay(box: Box, lower: readonly string[]): void {
  try {
    overlay(box, lower);
    return;
  } catch (error) {
    if (!isRefusal(error, 'EINVAL', 'EPERM', 'ESTALE')) throw error;
    // A user namespace may not take the host's / as a layer, and an overlay can't be written to another overlay.
    if (lower.length !== 1 || lower[0] !== '/') throw error;
    patchwork(box);
  }
}

function bindDirectory(box: Box, path: string): void {
  // A recursive bind keeps what is mounted below; the mount has to be private to be pivoted to.
  mount(box.process, path, box.mountPoint, null, MS.BIND | MS.REC);
}

const callsOf = (root: Root): string[] =>
  root.kind === 'overlay'
    ? [`mount("overlay", ROOT, "overlay", 0, "lowerdir=${root.lower.join(':')},upperdir=…,workdir=…")`]
    : [`mount("${root.path}", ROOT, NULL, MS_BIND|MS_REC, NULL)`];

const why = {
  overlay:
    'The layers stay as they are, read-only; what the container writes lands in a directory of its own (upperdir). This is how many containers share one image, and how the image called host shows this very system without a change to it.',
  directory:
    'A directory becomes a mount point by binding it onto another: only a mount can become a root. What the container writes is written to it.',
};

/** Mounts the box's root at its mount point. */
export function rootfs(): Step {
  return {
    name: 'rootfs',
    title: 'the root file system of its own',
    explain: `${why.overlay} ${why.directory}`,
    manual: ['mount(2)', 'mount_namespaces(7)'],
    calls: ['mount("overlay", ROOT, "overlay", 0, "lowerdir=…,upperdir=…,workdir=…")'],
    code: codeOf('rootfs'),
    check: (box) => requirePrivate(box, 'mounting a root file system'),
    apply(box) {
      if (box.newRoot !== undefined)
        throw new UsageError('there is a root file system already', {
          remedy: 'go on with the next step, or go back with box.back()',
        });
      if (box.root.kind === 'directory' && !fs.statSync(box.root.path, { throwIfNoEntry: false })?.isDirectory()) {
        throw new UsageError(`${box.root.path} is no directory`, {
          remedy: 'give the directory of a root file system',
        });
      }
      makeDirectory(box.mountPoint, { recursive: true });
      const held = heldMounts(box)?.root;
      if (held !== undefined) move_mount(box.process, held, box.mountPoint);
      else if (box.root.kind === 'overlay') mountOverlay(box, box.root.lower);
      else bindDirectory(box, box.root.path);
      box.newRoot = box.mountPoint;
    },
    observe(box) {
      const target = box.newRoot;
      const found = mountsOf(box.process.pid).findLast((it) => it.target === target);
      return { 'mounted at': target, type: found?.type, source: found?.source };
    },
    undo(box) {
      // The mount itself ends with its namespace; the kernel's own folder in the work directory has mode 0.
      const work = join(box.directory, 'work', 'work');
      if (exists(work)) fs.rmSync(work, { recursive: true, force: true });
      box.newRoot = undefined;
    },
  };
}

/** The step with the calls of this box's own root. */
export function rootfsOf(root: Root): Step {
  return { ...rootfs(), explain: why[root.kind], calls: callsOf(root) };
}

/**
 * For a container of root's with a user namespace: its root and its volumes, mounted while the process still has the rights to, with owners that fit the namespace – see
 * mount_setattr(2), "ID-mapped mounts", open_tree(2).
 */
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { BlankProcess } from '../kernel/blank-process.ts';
import { AT, CLONE, MOUNT_ATTR, MS, O } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { close, fchmodat, mkdirat, open } from '../kernel/file.ts';
import { makeDirectory } from '../kernel/files.ts';
import { mount, mount_setattr, move_mount, open_tree, umount2 } from '../kernel/mount.ts';
import { unshare } from '../kernel/namespace.ts';
import { mountsOf } from '../kernel/proc.ts';
import type { IdMapping, Mount } from '../spec/config.ts';
import { outsideId } from '../spec/id-maps.ts';
import { isBind, parseMountOptions } from '../spec/mount-options.ts';
import type { Box } from './box.ts';
import { type HeldMounts, heldMounts, holdMounts } from './held-mounts.ts';
import { overlay, upperOf } from './overlay.ts';
import { type Maps, shiftedCopy } from './shifted-copy.ts';
import { codeOf, type Step } from './step.ts';
import { openSource } from './volume-source.ts';
import { writeIdMaps } from './write-id-maps.ts';

/** A user namespace with these maps, only to name them: nobody stays in it. @returns a descriptor of the box's process */
function namespaceWith(box: Box, [uid, gid]: Maps): number {
  const inside = BlankProcess.spawn({ flags: CLONE.NEWUSER });
  try {
    writeIdMaps(inside, uid, gid);
    return open(box.process, `/proc/${inside.pid}/ns/user`, O.CLOEXEC);
  } finally {
    inside.end();
  }
}

/** A copy of a mount in which what belongs to 0 belongs to the container's root. @returns its descriptor @throws UsageError where its file system does not allow it */
function mapped(box: Box, path: string, userNamespace: number, recursive: boolean): number {
  const tree = open_tree(box.process, path, recursive);
  try {
    const flags = AT.EMPTY_PATH | (recursive ? AT.RECURSIVE : 0);
    mount_setattr(box.process, tree, '', flags, { set: Number(MOUNT_ATTR.IDMAP), userNamespace });
    return tree;
  } catch (error) {
    close(box.process, tree);
    if (!isRefusal(error, 'EINVAL', 'ENOSYS', 'EPERM')) throw error;
    throw new UsageError(`${path} cannot be mounted with other owners (id-mapped): its file system does not allow it`, {
      remedy:
        'keep it on ext4, xfs or btrfs and use Linux 5.12 or later, use a directory as image (which is copied then), or leave --userns out',
      cause: error,
    });
  }
}

function mountLayers(box: Box, lower: readonly string[], userNamespace: number, maps: Maps): void {
  const places = lower.map((path, n) => {
    const place = join(box.directory, 'layers', String(n));
    makeDirectory(place, { recursive: true });
    move_mount(box.process, mapped(box, path, userNamespace, false), place);
    return place;
  });
  makeDirectory(upperOf(box), { recursive: true });
  fs.chownSync(upperOf(box), outsideId(maps[0], 0) ?? 0, outsideId(maps[1], 0) ?? 0);
  try {
    overlay(box, places);
  } catch (error) {
    if (!isRefusal(error, 'EINVAL')) throw error;
    throw new UsageError('this kernel takes no layers with other owners (overlay on id-mapped mounts: Linux 5.19)', {
      remedy: 'use a directory as image, or leave --userns out',
      cause: error,
    });
  }
}

/** A directory, which is written to; or, where its file system has no other owners, the container's own copy of it. */
function directoryTree(box: Box, path: string, userNamespace: number, maps: Maps): number {
  const copy = copyOf(box);
  if (!fs.existsSync(copy)) {
    try {
      return mapped(box, path, userNamespace, true);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      shiftedCopy(path, copy, maps);
    }
  }
  return open_tree(box.process, copy);
}

const copyOf = (box: Box): string => join(box.directory, 'shifted');

/** The root, as a mount that has no place. */
function rootTree(box: Box, userNamespace: number, maps: Maps): number {
  if (box.root.kind === 'directory') return directoryTree(box, box.root.path, userNamespace, maps);
  makeDirectory(box.mountPoint, { recursive: true });
  mountLayers(box, box.root.lower, userNamespace, maps);
  const tree = open_tree(box.process, box.mountPoint);
  umount2(box.process, box.mountPoint);
  return tree;
}

function volumeTree(box: Box, it: Mount, userNamespace: number): number {
  const { flags, idmap } = parseMountOptions(it.options);
  const recursive = (flags & MS.REC) !== 0;
  return openSource(it, (path) =>
    idmap ? mapped(box, path, userNamespace, recursive) : open_tree(box.process, path, recursive),
  );
}

/** The directories on the way to a path, from the top. */
const wayTo = (path: string): string[] => (path === '/' ? [] : [...wayTo(dirname(path)), path]);

/**
 * Root of the container is an ordinary user outside, and the way to its mount point leads through directories that are root's alone. In this mount namespace the first of them is covered
 * by one in which there is nothing but that way.
 */
function openWay(box: Box): void {
  const way = wayTo(box.mountPoint);
  const closed = way.findIndex((it) => (fs.statSync(it).mode & 0o001) === 0);
  if (closed === -1) return;
  mount(box.process, 'tmpfs', way[closed]!, 'tmpfs', MS.NOSUID | MS.NODEV | MS.NOEXEC, 'size=64k,mode=711');
  for (const it of way.slice(closed + 1)) {
    mkdirat(box.process, AT.FDCWD, it);
    fchmodat(box.process, AT.FDCWD, it, 0o711);
  }
}

/** @param uid @param gid the maps of the user namespace that comes next. @param mounts those of the configuration; what is bound is held. */
export function idMappedMounts(
  uid: readonly IdMapping[],
  gid: readonly IdMapping[],
  mounts: readonly Mount[] = [],
): Step {
  return {
    name: 'id-mapped-mounts',
    title: 'the root and the volumes, with owners that fit the ids inside',
    explain:
      'In the user namespace that comes next, root is somebody else outside and may not mount a disk’s files any more. So they are mounted now, in a mount namespace that is only for this, and held as descriptors without a place. The layers are mounted with a map: what belongs to 0 on the disk belongs to the container’s root here, and nothing on the disk is changed. Last, the way to the mount point is opened to somebody who is not root: by an empty file system over the first directory that lets only root in. (A directory whose file system has no such mounts is copied instead, and the copy gets other owners.)',
    manual: ['mount_setattr(2)', 'open_tree(2)', 'move_mount(2)', 'user_namespaces(7)'],
    calls: [
      'unshare(CLONE_NEWNS)',
      'mount(NULL, "/", NULL, MS_REC|MS_PRIVATE, NULL)',
      'open_tree(AT_FDCWD, LAYER, OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)',
      'mount_setattr(TREE, "", AT_EMPTY_PATH, {MOUNT_ATTR_IDMAP, userns_fd})',
      'open_tree(AT_FDCWD, ROOT, OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)',
      'mount("tmpfs", DIRECTORY, "tmpfs", MS_NOSUID|MS_NODEV|MS_NOEXEC, "size=64k,mode=711")',
    ],
    code: codeOf('idMappedMounts', uid, gid, mounts),
    check(box) {
      if (box.owns('user'))
        throw new UsageError('id-mapped mounts need the rights that are gone in the user namespace', {
          remedy: "make them before it: await box.back(), then this step, then steps.namespace('user')",
        });
    },
    apply(box) {
      const maps: Maps = [uid, gid];
      unshare(box.process, CLONE.NEWNS);
      mount(box.process, null, '/', null, MS.REC | MS.PRIVATE);
      const userNamespace = namespaceWith(box, maps);
      const root = rootTree(box, userNamespace, maps);
      const volumes = new Map<string, number>();
      for (const it of mounts.filter(isBind)) volumes.set(it.destination, volumeTree(box, it, userNamespace));
      close(box.process, userNamespace);
      openWay(box);
      holdMounts(box, { root, volumes });
    },
    observe(box) {
      const held: HeldMounts | undefined = heldMounts(box);
      const layers = mountsOf(box.process.pid).filter((it) => it.target.startsWith(join(box.directory, 'layers')));
      return {
        layers: layers.map((it) => `${it.target} ${it.options.join(',')}`).join(' '),
        copy: fs.existsSync(copyOf(box)) ? copyOf(box) : undefined,
        held: held ? 1 + held.volumes.size : 0,
      };
    },
    undo: (box) => fs.rmSync(join(box.directory, 'layers'), { recursive: true, force: true }),
  };
}

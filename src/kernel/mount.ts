/** Mounts: mount(2), umount2(2), pivot_root(2), mount_setattr(2), open_tree(2), move_mount(2). */
import type { Caller } from './caller.ts';
import { AT, MOVE_MOUNT, O, OPEN_TREE } from './constants.ts';

/** `int mount(const char *source, const char *target, const char *filesystemtype, unsigned long mountflags, const void *data)` */
export const mount = (
  by: Caller,
  source: string | null,
  target: string,
  type: string | null,
  flags = 0,
  data: string | null = null,
): void => void by.call('mount', source, target, type, flags, data);

/** `int umount2(const char *target, int flags)` */
export const umount2 = (by: Caller, target: string, flags = 0): void => void by.call('umount2', target, flags);

/** `int pivot_root(const char *new_root, const char *put_old)` */
export const pivot_root = (by: Caller, newRoot: string, putOld: string): void =>
  void by.call('pivot_root', newRoot, putOld);

/** What mount_setattr(2) is to change. */
export interface MountAttributes {
  /** MOUNT_ATTR_* to set, to clear. */
  set?: number;
  clear?: number;
  /** MS_SHARED, MS_PRIVATE, MS_SLAVE or MS_UNBINDABLE. */
  propagation?: number;
  /** A user namespace whose id map the mount gets (with MOUNT_ATTR_IDMAP). */
  userNamespace?: number;
}

/** struct mount_attr { __u64 attr_set, attr_clr, propagation, userns_fd; } */
export function mountAttributes(attributes: MountAttributes): Buffer {
  const attr = Buffer.alloc(32);
  attr.writeBigUInt64LE(BigInt(attributes.set ?? 0), 0);
  attr.writeBigUInt64LE(BigInt(attributes.clear ?? 0), 8);
  attr.writeBigUInt64LE(BigInt(attributes.propagation ?? 0), 16);
  attr.writeBigUInt64LE(BigInt(attributes.userNamespace ?? 0), 24);
  return attr;
}

/** `int mount_setattr(int dirfd, const char *path, unsigned int flags, struct mount_attr *attr, size_t size)` – Linux 5.12 */
export function mount_setattr(
  by: Caller,
  dirfd: number,
  path: string,
  flags: number,
  attributes: MountAttributes,
): void {
  const attr = mountAttributes(attributes);
  by.call('mount_setattr', dirfd, path, flags, attr, attr.length);
}

/**
 * `int open_tree(int dirfd, const char *path, unsigned int flags)`: a copy of a mount that is nowhere yet, with those below it where `recursive` says so – Linux 5.2.
 * @returns a descriptor of it, close-on-exec
 */
export const open_tree = (by: Caller, path: string, recursive = false): number =>
  by.call('open_tree', AT.FDCWD, path, OPEN_TREE.CLONE | O.CLOEXEC | (recursive ? Number(AT.RECURSIVE) : 0));

/** `int move_mount(int from_dirfd, const char *from_path, int to_dirfd, const char *to_path, unsigned int flags)`: gives such a copy its place – Linux 5.2. */
export const move_mount = (by: Caller, tree: number, target: string): void =>
  void by.call('move_mount', tree, '', AT.FDCWD, target, MOVE_MOUNT.F_EMPTY_PATH | MOVE_MOUNT.T_SYMLINKS);

/** `int statfs(const char *path, struct statfs *buf)`: the magic number of the file system there (PROC_SUPER_MAGIC is 0x9fa0). */
export function fileSystemMagic(by: Caller, fd: number): number {
  const buffer = Buffer.alloc(120);
  by.call('fstatfs', fd, buffer);
  return Number(buffer.readBigInt64LE(0));
}

export const PROC_SUPER_MAGIC = 0x9fa0;

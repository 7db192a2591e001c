/**
 * Reaching a place inside the container's root safely: each path is resolved by the kernel as if the new root were `/` already (openat2 with RESOLVE_IN_ROOT), so that no link of an image
 * can lead out of it; mounts are made on the descriptor, not on the path – see openat2(2), proc_pid_fd(5).
 */
import { dirname } from 'node:path';
import { O } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { close, IN_ROOT, open, openHow, openInRoot } from '../kernel/file.ts';
import type { Box } from './box.ts';

const NOTE = 'root descriptor';

/** The container's root, as a descriptor of its process: opened once for each place at which the root is mounted, and closed when the program starts. */
export function rootDescriptor(box: Box): number {
  const at = box.newRoot ?? '/';
  const held = box.notes.get(NOTE) as { at: string; fd: number } | undefined;
  if (held?.at === at) return held.fd;
  if (held) close(box.process, held.fd);
  const fd = open(box.process, at, O.PATH | O.DIRECTORY | O.CLOEXEC);
  // Before there is a root of its own, `/` may be another one soon.
  if (box.newRoot !== undefined) box.notes.set(NOTE, { at, fd });
  return fd;
}

/** Opens a place inside the root, making it (and the directories on the way) where it is missing. The descriptor is O_PATH. */
function openOrMake(box: Box, rootfd: number, path: string, kind: 'directory' | 'file'): number {
  const by = box.process;
  try {
    return openInRoot(by, rootfd, path, O.PATH);
  } catch (error) {
    if (!isRefusal(error, 'ENOENT')) throw error;
  }
  const parent = openOrMake(box, rootfd, dirname(path), 'directory');
  try {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (kind === 'file') close(by, openInRoot(by, parent, name, O.CREAT | O.EXCL | O.WRONLY, 0o644));
    else {
      const how = openHow({ flags: O.PATH | O.CLOEXEC, resolve: IN_ROOT });
      const [, made] = by.chain([
        { name: 'mkdirat', args: [parent, name, 0o755] },
        { name: 'openat2', args: [rootfd, path, how, how.length] },
      ]);
      return made!;
    }
  } catch (error) {
    if (!isRefusal(error, 'EEXIST')) throw error;
    throw new UsageError(`${path} is a link in this image that leads to nothing inside it`, {
      remedy: 'look at it with ls -l in the image',
      cause: error,
    });
  } finally {
    close(by, parent);
  }
  return openInRoot(by, rootfd, path, O.PATH);
}

/**
 * Does something at a place inside the root. `action` gets a path that leads exactly there, through the process's own descriptor.
 * @param make what the place is to be where it is missing. @throws UsageError for a path that leaves the root by a link.
 */
export function atPlace<T>(
  box: Box,
  path: string,
  make: 'directory' | 'file',
  action: (place: string, fd: number) => T,
): T {
  try {
    const fd = openOrMake(box, rootDescriptor(box), path, make);
    try {
      return action(`/proc/self/fd/${fd}`, fd);
    } finally {
      close(box.process, fd);
    }
  } catch (error) {
    if (isRefusal(error, 'ELOOP')) {
      throw new UsageError(`${path} leads through too many or forbidden links in this image`, {
        remedy: 'look at it with ls -l in the image',
        cause: error,
      });
    }
    throw error;
  }
}

/** The same for something that is only looked for: undefined where it is missing. */
export function ifThere<T>(box: Box, path: string, action: (place: string, fd: number) => T): T | undefined {
  try {
    const fd = openInRoot(box.process, rootDescriptor(box), path, O.PATH);
    try {
      return action(`/proc/self/fd/${fd}`, fd);
    } finally {
      close(box.process, fd);
    }
  } catch (error) {
    if (isRefusal(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

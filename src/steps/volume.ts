/** A volume: a directory or file of the host's, bound into the container – see mount(2), "Creating a bind mount", mount_setattr(2). */
import { AT, MOUNT_ATTR, MS, O } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { close, fileKind, open } from '../kernel/file.ts';
import { fileSystemMagic, mount, mount_setattr, move_mount } from '../kernel/mount.ts';
import { mountsOf } from '../kernel/proc.ts';
import type { Mount } from '../spec/config.ts';
import { refuseAtProc, refuseOverProc } from '../spec/mount-guard.ts';
import { parseMountOptions } from '../spec/mount-options.ts';
import type { Box } from './box.ts';
import { requirePrivate, requireRoot } from './guards.ts';
import { heldMounts } from './held-mounts.ts';
import { atPlace } from './in-root.ts';
import { codeOf, type Step } from './step.ts';
import { openSource } from './volume-source.ts';

const attributes: readonly (readonly [ms: number, attr: number])[] = [
  [MS.RDONLY, MOUNT_ATTR.RDONLY],
  [MS.NOSUID, MOUNT_ATTR.NOSUID],
  [MS.NODEV, MOUNT_ATTR.NODEV],
  [MS.NOEXEC, MOUNT_ATTR.NOEXEC],
  [MS.NOATIME, MOUNT_ATTR.NOATIME],
];

/** Makes a mount read-only, nosuid … : with everything below it where the kernel can (Linux 5.12), else itself. */
function restrict(box: Box, it: Mount, fd: number, place: string): void {
  const { flags, recursiveReadonly } = parseMountOptions(it.options);
  const set = attributes.reduce((bits, [ms, attr]) => (flags & ms ? bits | attr : bits), 0);
  if (set !== 0) {
    try {
      const recursive = (flags & MS.REC) !== 0 || recursiveReadonly ? AT.RECURSIVE : 0;
      mount_setattr(box.process, fd, '', AT.EMPTY_PATH | recursive, { set });
    } catch (error) {
      if (!isRefusal(error, 'ENOSYS', 'EINVAL')) throw error;
      if (recursiveReadonly)
        throw new UsageError(`${it.destination}: this kernel cannot make mounts below a volume read-only (rro)`, {
          remedy: 'use ro',
        });
      mount(box.process, null, place, null, MS.REMOUNT | MS.BIND | (flags & ~MS.REC));
    }
  }
}

/** @param it a bind mount of the configuration. */
export function volume(it: Mount): Step {
  const { flags, propagation } = parseMountOptions(it.options);
  const readonly = (flags & MS.RDONLY) !== 0;
  return {
    name: `volume ${it.destination}`,
    title: `bind ${it.source} at ${it.destination}${readonly ? ', read-only' : ''}`,
    explain:
      'The same directory at a second place: what the container writes there is written on the host, and stays. A bind cannot be made read-only at once; its attributes are changed afterwards.',
    manual: ['mount(2)', 'mount_setattr(2)'],
    calls: [
      `mount("${it.source}", ROOT"${it.destination}", NULL, MS_BIND|MS_REC, NULL)`,
      ...(readonly ? ['mount_setattr(…, AT_RECURSIVE, {MOUNT_ATTR_RDONLY})'] : []),
    ],
    code: codeOf('volume', it),
    check(box) {
      refuseOverProc(it);
      requirePrivate(box, 'binding a volume');
      requireRoot(box, 'binding a volume');
    },
    apply(box) {
      const by = box.process;
      const held = heldMounts(box)?.volumes.get(it.destination);
      const source = held ?? openSource(it, (path) => open(by, path, O.PATH | O.CLOEXEC));
      try {
        const kind = fileKind(by, source) === 'directory' ? 'directory' : 'file';
        atPlace(box, it.destination, kind, (place, fd) => {
          refuseAtProc(it, fileSystemMagic(by, fd));
          if (held !== undefined) move_mount(by, held, place);
          else mount(by, `/proc/self/fd/${source}`, place, null, MS.BIND | (flags & MS.REC));
        });
        // The place as it is now, with the mount on it.
        atPlace(box, it.destination, kind, (place, fd) => {
          restrict(box, it, fd, place);
          if (propagation) mount(by, null, place, null, propagation);
        });
      } finally {
        close(by, source);
      }
    },
    observe(box) {
      const inRoot = (box.newRoot ?? '/') === '/' ? it.destination : box.newRoot + it.destination;
      const found = mountsOf(box.process.pid).findLast((one) => one.target === inRoot);
      return { at: found?.target, from: found?.root, options: found?.options.join(',') };
    },
  };
}

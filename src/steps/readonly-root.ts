/** `--read-only`: the root file system cannot be written to – see mount_setattr(2). */
import { AT, MOUNT_ATTR, MS } from '../kernel/constants.ts';
import { isRefusal } from '../kernel/errors.ts';
import { mount, mount_setattr } from '../kernel/mount.ts';
import { mountsOf } from '../kernel/proc.ts';
import { requirePrivate, requireRoot } from './guards.ts';
import { rootDescriptor } from './in-root.ts';
import { codeOf, type Step } from './step.ts';

/** Makes the root mount, and nothing that is mounted below it, read-only. */
export function readonlyRoot(): Step {
  return {
    name: 'readonly-root',
    title: 'the root file system cannot be written to',
    explain:
      'A program that needs to write nothing should not be able to: an intruder cannot leave anything behind. Only the mount of the root is changed, after everything was made in it; volumes, /dev, /dev/shm and the like stay as they are.',
    manual: ['mount_setattr(2)', 'mount(2)'],
    calls: ['mount_setattr(ROOT, AT_EMPTY_PATH, {MOUNT_ATTR_RDONLY})'],
    code: codeOf('readonlyRoot'),
    check(box) {
      requirePrivate(box, 'making the root read-only');
      requireRoot(box, 'making the root read-only');
    },
    apply(box) {
      const root = rootDescriptor(box);
      try {
        mount_setattr(box.process, root, '', AT.EMPTY_PATH, { set: MOUNT_ATTR.RDONLY });
      } catch (error) {
        if (!isRefusal(error, 'ENOSYS')) throw error;
        mount(box.process, null, `/proc/self/fd/${root}`, null, MS.REMOUNT | MS.BIND | MS.RDONLY);
      }
    },
    observe(box) {
      const root = box.newRoot;
      return {
        root: mountsOf(box.process.pid)
          .findLast((it) => it.target === root)
          ?.options.join(','),
      };
    },
  };
}

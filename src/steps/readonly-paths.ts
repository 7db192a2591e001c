/** Parts of /proc that may be read, but not written to: they act on the whole machine – see proc(5), sysrq. */
import { AT, MOUNT_ATTR, MS } from '../kernel/constants.ts';
import { isRefusal } from '../kernel/errors.ts';
import { mount, mount_setattr } from '../kernel/mount.ts';
import { mountsOf } from '../kernel/proc.ts';
import { defaultReadonlyPaths } from '../spec/defaults.ts';
import type { Box } from './box.ts';
import { requirePrivate, requireRoot } from './guards.ts';
import { ifThere } from './in-root.ts';
import { requireKernelFile } from './kernel-file.ts';
import { codeOf, type Step } from './step.ts';

/** Makes the mount at this place read-only, with what is mounted below it where the kernel can (Linux 5.12). Its other attributes stay. */
function makeReadOnly(box: Box, place: string, fd: number): void {
  try {
    mount_setattr(box.process, fd, '', AT.EMPTY_PATH | AT.RECURSIVE, { set: MOUNT_ATTR.RDONLY });
  } catch (error) {
    if (!isRefusal(error, 'ENOSYS')) throw error;
    // The flags of the mount below: a remount that leaves one out would clear it.
    mount(box.process, null, place, null, MS.REMOUNT | MS.BIND | MS.RDONLY | MS.NOSUID | MS.NODEV | MS.NOEXEC);
  }
}

/** @param paths each is bound onto itself and made read-only; the runtime's usual list where nothing is said. What is not there is passed over. */
export function readonlyPaths(paths: readonly string[] = defaultReadonlyPaths): Step {
  return {
    name: 'readonly-paths',
    title: 'what acts on the whole machine can only be read',
    explain:
      'Writing "b" to /proc/sysrq-trigger restarts the machine, and most of /proc/sys knows no namespaces: root in the container is root there too. Each is bound onto itself, which makes a mount of it, and that mount is made read-only.',
    manual: ['proc(5)', 'mount_setattr(2)'],
    calls: ['mount(PATH, PATH, NULL, MS_BIND|MS_REC, NULL)', 'mount_setattr(PATH, AT_RECURSIVE, {MOUNT_ATTR_RDONLY})'],
    code:
      JSON.stringify(paths) === JSON.stringify(defaultReadonlyPaths)
        ? codeOf('readonlyPaths')
        : codeOf('readonlyPaths', paths),
    check(box) {
      requirePrivate(box, 'making files of /proc read-only');
      requireRoot(box, 'making files of /proc read-only');
    },
    apply(box) {
      for (const path of paths) {
        const bound = ifThere(box, path, (place, fd) => {
          requireKernelFile(box, path, fd);
          mount(box.process, place, place, null, MS.BIND | MS.REC);
          return true;
        });
        // Looked up once more: now it is the mount.
        if (bound) ifThere(box, path, (place, fd) => makeReadOnly(box, place, fd));
      }
    },
    observe(box) {
      const inRoot = new Set(paths.map((it) => ((box.newRoot ?? '/') === '/' ? it : box.newRoot + it)));
      const found = mountsOf(box.process.pid).filter((it) => inRoot.has(it.target) && it.options.includes('ro'));
      return { 'read-only': found.map((it) => it.target).join(' ') };
    },
  };
}

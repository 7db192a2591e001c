/** Parts of /proc that may be read, but not written to: they act on the whole machine – see proc(5), sysrq. */
import { AT, MOUNT_ATTR, MS } from '../kernel/constants.ts';
import { SyscallError } from '../kernel/errors.ts';
import { mount, mountAttributes } from '../kernel/mount.ts';
import { mountsOf } from '../kernel/proc.ts';
import { defaultReadonlyPaths } from '../spec/defaults.ts';
import type { Box } from './box.ts';
import { requirePrivate, requireRoot } from './guards.ts';
import { requireKernelFiles } from './kernel-file.ts';
import { type Found, withFound } from './many-in-root.ts';
import { codeOf, type Step } from './step.ts';

const ENOSYS = 38;

/** Makes the mounts at these places read-only, with what is mounted below them where the kernel can (Linux 5.12). Their other attributes stay. */
function makeReadOnly(box: Box, mounts: readonly Found[]): void {
  const attributes = mountAttributes({ set: MOUNT_ATTR.RDONLY });
  const flags = AT.EMPTY_PATH | AT.RECURSIVE;
  const results = box.process.chain(
    mounts.map(({ fd }) => ({
      name: 'mount_setattr',
      args: [fd, '', flags, attributes, attributes.length],
      mayFail: true,
    })),
  );
  results.forEach((result, i) => {
    const { path, place } = mounts[i]!;
    if (result >= 0) return;
    if (result !== -ENOSYS)
      throw new SyscallError('mount_setattr', [JSON.stringify(path), 'MOUNT_ATTR_RDONLY'], -result);
    // The flags of the mount that it was bound from: a remount that leaves one out would clear it.
    mount(box.process, null, place, null, MS.REMOUNT | MS.BIND | MS.RDONLY | MS.NOSUID | MS.NODEV | MS.NOEXEC);
  });
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
      const bound = withFound(box, paths, (found) => {
        requireKernelFiles(box, found);
        const flags = MS.BIND | MS.REC;
        box.process.chain(found.map(({ place }) => ({ name: 'mount', args: [place, place, null, flags, null] })));
        return found.map((it) => it.path);
      });
      // Looked up once more: now it is the mount.
      withFound(box, bound, (found) => makeReadOnly(box, found));
    },
    observe(box) {
      const inRoot = new Set(paths.map((it) => ((box.newRoot ?? '/') === '/' ? it : box.newRoot + it)));
      const found = mountsOf(box.process.pid).filter((it) => inRoot.has(it.target) && it.options.includes('ro'));
      return { 'read-only': found.map((it) => it.target).join(' ') };
    },
  };
}

/** Files of /proc and /sys that tell about, or act on, the whole machine are covered – see proc(5). */
import { MS, O } from '../kernel/constants.ts';
import { UsageError } from '../kernel/errors.ts';
import { close, deviceOf, fileKind, open } from '../kernel/file.ts';
import { mount } from '../kernel/mount.ts';
import { mountsOf } from '../kernel/proc.ts';
import { defaultMaskedPaths } from '../spec/defaults.ts';
import type { Box } from './box.ts';
import { requirePrivate, requireRoot } from './guards.ts';
import { ifThere } from './in-root.ts';
import { requireKernelFile } from './kernel-file.ts';
import { codeOf, type Step } from './step.ts';

/** The device that covers files: it must really be null (1:3), whatever is at /dev/null here. */
function openNull(box: Box): number {
  const fd = open(box.process, '/dev/null', O.PATH | O.CLOEXEC);
  const { major, minor } = deviceOf(box.process, fd);
  if (fileKind(box.process, fd) === 'device' && major === 1 && minor === 3) return fd;
  close(box.process, fd);
  throw new UsageError(`/dev/null is not the null device (it is ${major}:${minor}), so it can cover nothing`);
}

function cover(box: Box, path: string, nullDevice: number): boolean {
  const covered = ifThere(box, path, (place, fd) => {
    requireKernelFile(box, path, fd);
    if (fileKind(box.process, fd) === 'directory')
      mount(box.process, 'tmpfs', place, 'tmpfs', MS.RDONLY | MS.NOSUID | MS.NODEV | MS.NOEXEC, 'size=0,mode=755');
    else mount(box.process, `/proc/self/fd/${nullDevice}`, place, null, MS.BIND);
    return true;
  });
  return covered ?? false;
}

/** @param paths what is covered, a directory by an empty read-only tmpfs, a file by /dev/null; the runtime's usual list where nothing is said. What is not there is passed over. */
export function maskedPaths(paths: readonly string[] = defaultMaskedPaths): Step {
  return {
    name: 'masked-paths',
    title: 'what tells about the whole machine is covered',
    explain:
      'Parts of /proc and /sys know no namespaces: kcore is the memory of the machine, keys its keyrings, timer_list its kernel addresses. A file is covered by /dev/null, a directory by an empty tmpfs that cannot be written to.',
    manual: ['proc(5)', 'mount(2)'],
    calls: [
      'mount("/dev/null", FILE, NULL, MS_BIND, NULL)',
      'mount("tmpfs", DIRECTORY, "tmpfs", MS_RDONLY|MS_NOSUID|MS_NODEV|MS_NOEXEC, "size=0,mode=755")',
    ],
    code:
      JSON.stringify(paths) === JSON.stringify(defaultMaskedPaths)
        ? codeOf('maskedPaths')
        : codeOf('maskedPaths', paths),
    check(box) {
      requirePrivate(box, 'covering files of /proc');
      requireRoot(box, 'covering files of /proc');
    },
    apply(box) {
      const nullDevice = openNull(box);
      try {
        for (const path of paths) cover(box, path, nullDevice);
      } finally {
        close(box.process, nullDevice);
      }
    },
    observe(box) {
      const inRoot = new Set(paths.map((it) => ((box.newRoot ?? '/') === '/' ? it : box.newRoot + it)));
      const covered = mountsOf(box.process.pid).filter((it) => inRoot.has(it.target));
      return { covered: covered.map((it) => it.target).join(' ') };
    },
  };
}

/** Files of /proc and /sys that tell about, or act on, the whole machine are covered – see proc(5). */
import { MS, O } from '../kernel/constants.ts';
import { SyscallError, UsageError } from '../kernel/errors.ts';
import { close, deviceOf, fileKind, open } from '../kernel/file.ts';
import type { Request } from '../kernel/mailbox.ts';
import { mountsOf } from '../kernel/proc.ts';
import { defaultMaskedPaths } from '../spec/defaults.ts';
import type { Box } from './box.ts';
import { requirePrivate, requireRoot } from './guards.ts';
import { requireKernelFiles } from './kernel-file.ts';
import { type Found, withFound } from './many-in-root.ts';
import { codeOf, type Step } from './step.ts';

/** The device that covers files: it must really be null (1:3), whatever is at /dev/null here. */
function openNull(box: Box): number {
  const fd = open(box.process, '/dev/null', O.PATH | O.CLOEXEC);
  const { major, minor } = deviceOf(box.process, fd);
  if (fileKind(box.process, fd) === 'device' && major === 1 && minor === 3) return fd;
  close(box.process, fd);
  throw new UsageError(`/dev/null is not the null device (it is ${major}:${minor}), so it can cover nothing`);
}

/** The kernel tells files and directories apart: a directory cannot be covered by a file. */
const ENOTDIR = 20;

/** @returns the paths that were there. */
function coverAll(box: Box, paths: readonly string[]): string[] {
  const by = box.process;
  const nullDevice = openNull(box);
  try {
    return withFound(box, paths, (found) => {
      requireKernelFiles(box, found);
      const source = `/proc/self/fd/${nullDevice}`;
      const asFile = ({ place }: Found): Request => ({
        name: 'mount',
        args: [source, place, null, MS.BIND, null],
        mayFail: true,
      });
      const results = by.chain(found.map(asFile));
      const refused = results.findIndex((result) => result < 0 && result !== -ENOTDIR);
      if (refused >= 0)
        throw new SyscallError('mount', ['"/dev/null"', JSON.stringify(found[refused]!.path)], -results[refused]!);
      const flags = MS.RDONLY | MS.NOSUID | MS.NODEV | MS.NOEXEC;
      const directories = found.filter((_, i) => results[i] === -ENOTDIR);
      by.chain(
        directories.map(({ place }) => ({ name: 'mount', args: ['tmpfs', place, 'tmpfs', flags, 'size=0,mode=755'] })),
      );
      return found.map((it) => it.path);
    });
  } finally {
    close(by, nullDevice);
  }
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
    apply: (box) => void coverAll(box, paths),
    observe(box) {
      const inRoot = new Set(paths.map((it) => ((box.newRoot ?? '/') === '/' ? it : box.newRoot + it)));
      const covered = mountsOf(box.process.pid).filter((it) => inRoot.has(it.target));
      return { covered: covered.map((it) => it.target).join(' ') };
    },
  };
}

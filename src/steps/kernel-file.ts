/** Is what stands at /proc/… and /sys/… in the container really the kernel's? */
import { UsageError } from '../kernel/errors.ts';
import { PROC_SUPER_MAGIC } from '../kernel/mount.ts';
import type { Box } from './box.ts';

/** statfs(2). */
const SYSFS_MAGIC = 0x62656572;

const refusal = (path: string, top: string | undefined): UsageError =>
  new UsageError(`${path} is not a file of the kernel's ${top} file system in this container`, {
    remedy: `use an image in which /${top} is an ordinary directory, and mount nothing below it`,
  });

/** The size of struct statfs; f_type is its first field. */
const STATFS = 120;

/** An image or a volume could have put something else there, to have the wrong thing covered or written to. @throws UsageError. */
export function requireKernelFiles(box: Box, files: readonly { path: string; fd: number }[]): void {
  const buffers = files.map(() => Buffer.alloc(STATFS));
  box.process.chain(files.map((it, i) => ({ name: 'fstatfs', args: [it.fd, buffers[i]!] })));
  files.forEach(({ path }, i) => {
    const [, top] = path.split('/');
    const wanted = top === 'proc' ? PROC_SUPER_MAGIC : top === 'sys' ? SYSFS_MAGIC : undefined;
    if (wanted !== undefined && buffers[i]!.readUInt32LE(0) !== wanted) throw refusal(path, top);
  });
}

/** The same for one file. */
export const requireKernelFile = (box: Box, path: string, fd: number): void => requireKernelFiles(box, [{ path, fd }]);

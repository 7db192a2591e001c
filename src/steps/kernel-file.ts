/** Is what stands at /proc/… and /sys/… in the container really the kernel's? */
import { UsageError } from '../kernel/errors.ts';
import { fileSystemMagic } from '../kernel/mount.ts';
import type { Box } from './box.ts';

/** statfs(2): the kinds of file systems. */
export const PROC_SUPER_MAGIC = 0x9fa0;
const SYSFS_MAGIC = 0x62656572;

/** An image or a volume could have put something else there, to have the wrong thing covered or written to. @throws UsageError. */
export function requireKernelFile(box: Box, path: string, fd: number): void {
  const [, top] = path.split('/');
  const wanted = top === 'proc' ? PROC_SUPER_MAGIC : top === 'sys' ? SYSFS_MAGIC : undefined;
  if (wanted === undefined || fileSystemMagic(box.process, fd) === wanted) return;
  throw new UsageError(`${path} is not a file of the kernel's ${top} file system in this container`, {
    remedy: `use an image in which /${top} is an ordinary directory, and mount nothing below it`,
  });
}

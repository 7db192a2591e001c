import { type Box, steps } from 'minidocker';
import { ask, type Report } from '../check.ts';

/** Device and inode of a process's root. */
const rootOf = (pid: number | string): { with: string; found: string } =>
  ask('stat', '-L', '-c', '%d:%i', `/proc/${pid}/root`);

let prison = '';

export const check = {
  boxes: 2,

  async prepare(chrooted: Box, pivoted: Box): Promise<void> {
    for (const box of [chrooted, pivoted]) {
      await box.apply(steps.namespace('mount'));
      await box.apply(steps.private());
      await box.apply(steps.rootfs());
    }
    chrooted.process.call('chroot', chrooted.newRoot!);
    chrooted.process.call('chdir', '/');
    await pivoted.apply(steps.pivotRoot());
    await pivoted.apply(steps.releaseOldRoot());
    prison = rootOf(pivoted.process.pid).found;
  },

  look(report: Report, chrooted: Box, pivoted: Box): void {
    report.is('the chroot did not hold: / is the true root', rootOf('self').found, rootOf(chrooted.process.pid));
    report.is('pivot_root held: / is what it was', prison, rootOf(pivoted.process.pid));
  },
};

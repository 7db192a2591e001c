import { type Box, steps } from 'minidocker';
import { ask, type Report } from '../check.ts';

const awk = (program: string, pid: number | string): { with: string; found: string } =>
  ask('awk', program, `/proc/${pid}/mountinfo`);

export const check = {
  async prepare(box: Box): Promise<void> {
    for (const kind of ['pid', 'mount'] as const) await box.apply(steps.namespace(kind));
    await box.apply(steps.fork());
    await box.apply(steps.private());
  },

  look(report: Report, { process: { pid } }: Box): void {
    const device = '$5 == "/" { print $3 }';
    report.differs('what is mounted at / is not the host’s', awk(device, process.pid).found, awk(device, pid));
    report.is('one mount is at /', '1', awk('$5 == "/" { n++ } END { print n }', pid));
    const targets = ask('awk', '{ print $5 }', `/proc/${pid}/mountinfo`);
    report.is('nothing else is left but /proc', '/\n/proc', targets);
  },
};

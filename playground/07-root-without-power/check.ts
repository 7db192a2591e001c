import type { Box } from 'minidocker';
import { ask, type Report } from '../check.ts';

export const check = {
  look(report: Report, { process: { pid } }: Box): void {
    const status = (field: string): { with: string; found: string } =>
      ask('awk', `$1 == "${field}:" { print $2 }`, `/proc/${pid}/status`);
    for (const set of ['CapBnd', 'CapPrm', 'CapEff'])
      report.is(`${set}: low ports only`, '0000000000000400', status(set));
    for (const set of ['CapInh', 'CapAmb']) report.is(`${set}: nothing`, '0000000000000000', status(set));
    report.is('no program can gain more', '1', status('NoNewPrivs'));
    report.is('and yet it is root', '0', status('Uid'));
  },
};

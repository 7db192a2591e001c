import { hostname } from 'node:os';
import type { Box } from 'minidocker';
import { ask, lsns, type Report } from '../check.ts';

const before = hostname();

export const check = {
  look(report: Report, { process: { pid } }: Box): void {
    report.differs('its UTS namespace is its own', lsns('uts', process.pid).found, lsns('uts', pid));
    report.is('in there the name is lab', 'lab', ask('nsenter', '-t', String(pid), '-u', 'uname', '-n'));
    report.is('the machine keeps its name', before, ask('uname', '-n'));
  },
};

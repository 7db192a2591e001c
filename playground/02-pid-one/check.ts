import { readFileSync } from 'node:fs';
import type { Box } from 'minidocker';
import { ask, lsns, type Report } from '../check.ts';

const proc = (): string =>
  readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.split(' ')[1] === '/proc')
    .length.toString();
const before = proc();

export const check = {
  look(report: Report, { process: { pid } }: Box): void {
    report.differs('its pid namespace is its own', lsns('pid', process.pid).found, lsns('pid', pid));
    const status = ask('grep', 'NSpid', `/proc/${pid}/status`);
    report.that('it is number 1 in there', 'NSpid ends with 1', status, (found) => /\s1$/.test(found));
    // Joins the mount namespace alone: whoever lists must not be in the list.
    const seen = ask('nsenter', '-t', String(pid), '-m', 'sh', '-c', 'cd /proc && echo [0-9]*');
    report.is('its /proc shows itself and nobody else', '1', seen);
    report.is('the host has its /proc as before', before, ask('grep', '-c', '^[^ ]* /proc ', '/proc/mounts'));
  },
};

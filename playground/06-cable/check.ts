import type { Box } from 'minidocker';
import { ask, lsns, type Report } from '../check.ts';

const inside = (box: Box, ...command: string[]): { with: string; found: string } =>
  ask('nsenter', '-t', String(box.process.pid), '-n', ...command);

export const check = {
  boxes: 2,

  look(report: Report, here: Box, there: Box): void {
    for (const box of [here, there])
      report.differs('its network namespace is its own', lsns('net', process.pid).found, lsns('net', box.process.pid));
    const addresses = (box: Box): { with: string; found: string } => inside(box, 'ip', '-o', '-4', 'addr');
    report.that('here is 10.9.8.1', '10.9.8.1/24', addresses(here), (found) => found.includes(' 10.9.8.1/24 '));
    report.that('there is 10.9.8.2', '10.9.8.2/24', addresses(there), (found) => found.includes(' 10.9.8.2/24 '));
    const ping = inside(here, 'ping', '-c', '1', '-W', '10', '10.9.8.2');
    report.that('they reach each other', '1 received', ping, (found) => found.includes(' 1 received'));
  },
};

/** What doctor found, for reading: a line for what works, and how to get what does not. */
import type { Probe } from '../observe/doctor.ts';
import { paint } from './colour.ts';
import { printable } from './printable.ts';
import { wrap } from './wrap.ts';

const marks = { true: ['green', '✔'], false: ['red', '✘'], partly: ['yellow', '~'] } as const;

function one(it: Probe): string {
  const [colour, mark] = marks[`${it.ok}`];
  const head = `${paint(colour, mark)} ${it.name}: ${printable(it.found)}`;
  if (it.ok === true) return head;
  return [head, wrap(`needed for ${it.neededFor}`, '    '), wrap(`→ ${it.howToGet}`, '    ')].join('\n');
}

export const doctorText = (probes: readonly Probe[]): string => probes.map(one).join('\n');

/** doctor: what this machine can do for containers, found by trying. */
import { doctor, type Probe } from '../../observe/doctor.ts';
import { type Cell, ruledTable } from '../../view/table.ts';
import { template } from '../../view/template.ts';
import type { Verb } from '../definition.ts';
import { say } from '../say.ts';

const sign = ({ ok }: Probe): Cell => {
  if (ok === true) return { text: 'yes', colour: 'green' };
  return ok === false ? { text: 'no', colour: 'red' } : { text: 'partly', colour: 'yellow' };
};

export const examine: Verb = async ({ flags }) => {
  const probes = await doctor();
  const format = flags.text('format') ?? 'table';
  if (format === 'json') say(JSON.stringify(probes, null, 2));
  else if (format !== 'table') say(probes.map(template(format)).join('\n'));
  else {
    const wide = process.stdout.columns ?? 120;
    const rest = Math.max(30, Math.floor((wide - 40) / 2));
    const rows = probes.map((it) => [it.name, sign(it), it.found, it.ok === true ? it.neededFor : it.howToGet]);
    say(
      ruledTable(['feature', 'works', 'found', 'needed for, or how to get it'], rows, { widths: [26, 8, rest, rest] }),
    );
  }
  return 0;
};

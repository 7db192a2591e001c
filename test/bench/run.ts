/**
 * `npm run bench [ROUNDS]`: how long a container takes to start, run `true` and be gone, and to list 500, beside others, in one run and in turn (so that what else the machine does meets all alike).
 * Ratios of medians are what counts; milliseconds are this machine's at this moment.
 */
import { ruledTable } from '../../src/view/table.ts';
import { type Contender, cleanUp, cold, warm } from './contenders.ts';
import { listing } from './listing.ts';

const rounds = Number(process.argv[2] ?? 30);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`${process.argv[2]} is no number of rounds`);

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function timed(action: () => Promise<void> | void): Promise<number> {
  const start = process.hrtime.bigint();
  await action();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** Milliseconds of each, all in turn. */
async function measure(contenders: readonly Contender[]): Promise<Map<string, number[]>> {
  const present = contenders.filter((it) => it.once);
  const times = new Map(present.map((it) => [it.name, [] as number[]]));
  for (const it of present) await it.once!(); // Once before: caches are warm for all.
  for (let i = 0; i < rounds; i++) for (const it of present) times.get(it.name)!.push(await timed(it.once!));
  return times;
}

async function report(title: string, contenders: readonly Contender[]): Promise<void> {
  const times = await measure(contenders);
  const [ours] = contenders;
  const base = times.get('runc run');
  const ratio = (name: string): string => (base ? (median(times.get(name)!) / median(base)).toFixed(2) : '');
  const rows = contenders.map(({ name, what, why }) => {
    const measured = times.get(name);
    if (!measured) return [name, what, why, '', ''];
    return [name, what, median(measured).toFixed(1), Math.min(...measured).toFixed(1), ratio(name)];
  });
  console.log(`\n${title}, ${rounds} rounds`);
  console.log(ruledTable(['', 'what it makes', 'median, ms', 'fastest, ms', 'runc = 1'], rows));
  if (base) console.log(`${ours!.name} takes ${ratio(ours!.name)} of the time of runc`);
}

try {
  const contenders = await warm();
  await report('Warm: from a process that is running already', contenders);
  await report('Cold: a command from the shell', cold(contenders));
  await report('Listing', await listing(500));
} finally {
  cleanUp();
}

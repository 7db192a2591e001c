/** Feeds each target its share of inputs, and tells of every one after which something unexpected happened. */
import { SyscallError, UsageError } from '../../src/kernel/errors.ts';
import { Random } from './random.ts';
import { targets } from './targets.ts';

export interface Failure {
  target: string;
  /** With this seed alone the input is made again. */
  seed: number;
  input: unknown;
  error: unknown;
}

export interface Report {
  /** By target: how many inputs, and how many of them were refused with an expected error. */
  counts: Map<string, { inputs: number; refused: number; milliseconds: number }>;
  failures: Failure[];
}

/** Longer than this for one input is a failure too. */
const PATIENCE = 2000;

/** @param seed of the first input; each further one has the next. @param total how many inputs there are. @param only one target. */
export function fuzz(seed: number, total: number, only?: string): Report {
  const report: Report = { counts: new Map(), failures: [] };
  const chosen = targets.filter((it) => only === undefined || it.name === only);
  const shares = chosen.reduce((sum, it) => sum + it.share, 0);
  let current = seed;
  for (const target of chosen) {
    const inputs = Math.round((total * target.share) / shares);
    const count = { inputs, refused: 0, milliseconds: 0 };
    const started = performance.now();
    for (let i = 0; i < inputs; i++, current++) {
      let input: unknown;
      const begun = performance.now();
      try {
        target.feed(new Random(current), (it) => {
          input = it;
        });
        if (performance.now() - begun > PATIENCE) throw new Error('it took too long');
      } catch (error) {
        if (error instanceof UsageError || error instanceof SyscallError) count.refused++;
        else report.failures.push({ target: target.name, seed: current, input, error });
      }
    }
    count.milliseconds = performance.now() - started;
    report.counts.set(target.name, count);
  }
  return report;
}

/** Who is ended first when memory runs out – see proc_pid_oom_score_adj(5). */
import * as fs from 'node:fs';
import { capabilityMask } from '../kernel/capabilities.ts';
import { UsageError } from '../kernel/errors.ts';
import { statusOf } from '../kernel/proc.ts';
import { codeOf, type Step } from './step.ts';

const present = (pid: number): number => {
  try {
    return Number(fs.readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8'));
  } catch {
    return 0;
  }
};

const mayLower = (): boolean =>
  (BigInt(`0x${statusOf('self').get('CapEff') ?? '0'}`) & capabilityMask(['SYS_RESOURCE'])) !== 0n;

/** @param score from -1000 (never) to 1000 (first of all). */
export function oomScore(score: number): Step {
  if (!Number.isInteger(score) || score < -1000 || score > 1000) {
    throw new UsageError(`--oom-score-adj: ${score} is no whole number from -1000 to 1000`);
  }
  return {
    name: 'oom-score',
    title: `out of memory: score ${score}`,
    explain:
      'When the machine runs out of memory the kernel ends the process with the highest score. This number is added to it: 1000 makes the container the first to go, and its children inherit that. The score belongs to the memory of a process, and a blank one shares ours: so it is written when the program has begun.',
    manual: ['proc_pid_oom_score_adj(5)'],
    calls: [`write("/proc/PID/oom_score_adj", "${score}")`],
    code: codeOf('oomScore', score),
    apply(box) {
      if (score < present(box.process.pid) && !mayLower())
        throw new UsageError(`--oom-score-adj: the score cannot be lowered to ${score}`, {
          remedy: 'CAP_SYS_RESOURCE is missing here (also root can lack it): ask for a higher score',
        });
      box.notes.set('oom score', score);
    },
    observe(box) {
      return { 'asked for': box.notes.get('oom score') as number, now: present(box.process.pid) };
    },
  };
}

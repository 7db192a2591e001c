/** Who is ended first when memory runs out – see proc_pid_oom_score_adj(5). */
import * as fs from 'node:fs';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { writeKernel } from '../kernel/files.ts';
import { codeOf, type Step } from './step.ts';

/** @param score from -1000 (never) to 1000 (first of all). */
export function oomScore(score: number): Step {
  if (!Number.isInteger(score) || score < -1000 || score > 1000) {
    throw new UsageError(`--oom-score-adj: ${score} is no whole number from -1000 to 1000`);
  }
  return {
    name: 'oom-score',
    title: `out of memory: score ${score}`,
    explain:
      'When the machine runs out of memory the kernel ends the process with the highest score. This number is added to it: 1000 makes the container the first to go, and its children inherit that.',
    manual: ['proc_pid_oom_score_adj(5)'],
    calls: [`write("/proc/PID/oom_score_adj", "${score}")`],
    code: codeOf('oomScore', score),
    apply(box) {
      try {
        writeKernel(`/proc/${box.process.pid}/oom_score_adj`, String(score));
      } catch (error) {
        if (!isRefusal(error, 'EACCES', 'EPERM')) throw error;
        throw new UsageError(`--oom-score-adj: the score cannot be lowered to ${score}`, {
          remedy: 'CAP_SYS_RESOURCE is missing here (also root can lack it): ask for a higher score',
          cause: error,
        });
      }
    },
    observe(box) {
      const path = `/proc/${box.process.pid}/oom_score_adj`;
      return { score: fs.existsSync(path) ? Number(fs.readFileSync(path, 'utf8')) : undefined };
    },
  };
}

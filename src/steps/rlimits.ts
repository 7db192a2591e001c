/** Limits of the process: open files, memory locked, size of core dumps … – see getrlimit(2). */

import { isRefusal, UsageError } from '../kernel/errors.ts';
import { limitsOf } from '../kernel/proc.ts';
import { RESOURCES, RLIM_INFINITY, setRlimit } from '../kernel/rlimit.ts';
import type { Rlimit } from '../spec/config.ts';
import type { Box } from './box.ts';
import { codeOf, type Step } from './step.ts';

const shown = (value: number): string => (value < 0 || value >= RLIM_INFINITY ? 'unlimited' : String(value));
const flag = (it: Rlimit): string => `--ulimit ${it.type.replace(/^RLIMIT_/, '').toLowerCase()}`;

function checkLimit(it: Rlimit): void {
  if (!RESOURCES.includes(it.type)) {
    throw new UsageError(`${flag(it)}: there is no such limit`, {
      remedy: `use one of ${RESOURCES.map((name) => name.slice(7).toLowerCase()).join(', ')}`,
    });
  }
  const [soft, hard] = [it.soft, it.hard].map((value) => (value < 0 ? Number.POSITIVE_INFINITY : value)) as [
    number,
    number,
  ];
  if (Number.isNaN(soft) || Number.isNaN(hard) || soft > hard) {
    throw new UsageError(`${flag(it)}: the soft limit ${shown(it.soft)} is above the hard limit ${shown(it.hard)}`, {
      remedy: 'write soft:hard, the smaller one first',
    });
  }
}

function set(box: Box, it: Rlimit): void {
  try {
    setRlimit(box.process, it.type, it.soft, it.hard);
  } catch (error) {
    if (!isRefusal(error, 'EPERM')) throw error;
    const present = limitsOf(box.process.pid).get(it.type)?.hard;
    throw new UsageError(`${flag(it)}: the hard limit cannot be raised from ${present} to ${shown(it.hard)}`, {
      remedy: `CAP_SYS_RESOURCE is missing here (also root can lack it): ask for ${present} at most, or raise it where minidocker is started`,
      cause: error,
    });
  }
}

/** @param limits `RLIMIT_NOFILE` and so on, with a soft limit (which the program may raise) up to a hard one; -1 is no limit. */
export function rlimits(limits: readonly Rlimit[]): Step {
  return {
    name: 'rlimits',
    title: `limit ${limits.map((it) => it.type.replace(/^RLIMIT_/, '').toLowerCase()).join(', ')}`,
    explain:
      'Each process has limits of its own, older than control groups, and its children inherit them. The soft one counts; the program may move it up to the hard one. Only what is asked for is set: the rest is inherited.',
    manual: ['getrlimit(2)', 'prlimit(1)'],
    calls: limits.map((it) => `prlimit64(0, ${it.type}, {${shown(it.soft)}, ${shown(it.hard)}}, NULL)`),
    code: codeOf('rlimits', limits),
    check: () => limits.forEach(checkLimit),
    apply(box) {
      for (const it of limits) set(box, it);
    },
    observe(box) {
      const present = limitsOf(box.process.pid);
      return Object.fromEntries(
        limits.map(({ type }) => [type, `${present.get(type)?.soft}:${present.get(type)?.hard}`]),
      );
    },
  };
}

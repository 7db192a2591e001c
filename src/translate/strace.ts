/** As strace(1) would show it: every system call that the steps made, with its result. */
import { formatTrace } from '../kernel/trace.ts';
import type { Subject } from './subject.ts';

export const strace = ({ steps, calls }: Subject): string =>
  steps
    .flatMap((step, i) => [`# ${step.title}`, ...(calls[i] ?? []).filter((it) => !it.plumbing).map(formatTrace)])
    .join('\n');

/** Fork: the child is the first process of the new pid namespace – see clone(2), pid_namespaces(7). */
import { statusOf } from '../kernel/proc.ts';
import { codeOf, type Step } from './step.ts';

export function fork(): Step {
  return {
    name: 'fork',
    title: 'fork: the child goes on as process 1',
    explain:
      'A process never changes its own pid. The new pid namespace is for children: the first one is process 1 there. It adopts orphans, and when it ends the kernel kills all others in its namespace.',
    manual: ['clone(2)', 'pid_namespaces(7)'],
    calls: ['clone(CLONE_VM|CLONE_PARENT|CLONE_CHILD_CLEARTID)'],
    code: codeOf('fork'),
    apply(box) {
      box.fork();
    },
    observe(box) {
      const numbers = statusOf(box.process.pid).get('NSpid')?.split('\t') ?? [];
      return { 'pid outside': numbers[0], 'pid inside': numbers.at(-1) };
    },
  };
}

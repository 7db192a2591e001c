/** No program can give more power than there is – see PR_SET_NO_NEW_PRIVS(2const), prctl(2). */
import { PR } from '../kernel/constants.ts';
import { statusOf } from '../kernel/proc.ts';
import { prctl } from '../kernel/process.ts';
import { codeOf, type Step } from './step.ts';

export function noNewPrivileges(): Step {
  return {
    name: 'no-new-privileges',
    title: 'no new privileges by execve',
    explain:
      'A set-user-id program such as su gives whoever runs it the power of its owner. After this bit is set, execve never adds power any more, for this process and all its children, and the bit cannot be cleared.',
    manual: ['prctl(2)', 'execve(2)'],
    calls: ['prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)'],
    code: codeOf('noNewPrivileges'),
    apply: (box) => void prctl(box.process, PR.SET_NO_NEW_PRIVS, 1),
    observe: (box) => ({ 'no new privileges': statusOf(box.process.pid).get('NoNewPrivs') === '1' }),
  };
}

/** A session keyring of its own: keys of the kernel's are inherited otherwise – see keyrings(7), session-keyring(7). */
import { isRefusal } from '../kernel/errors.ts';
import { codeOf, type Step } from './step.ts';

const KEYCTL_JOIN_SESSION_KEYRING = 1;

/** The container joins a new, empty session keyring. A kernel without keyrings has none that could be inherited. */
export function keyring(): Step {
  return {
    name: 'keyring',
    title: 'a keyring of its own',
    explain:
      'The kernel keeps keys (of encrypted file systems, of Kerberos) in keyrings, and a process inherits those of its parent’s session. No namespace separates them; so the container gets a new, empty one, and seccomp forbids the calls besides.',
    manual: ['keyrings(7)', 'session-keyring(7)', 'keyctl(2)'],
    calls: ['keyctl(KEYCTL_JOIN_SESSION_KEYRING, NAME)'],
    code: codeOf('keyring'),
    apply(box) {
      try {
        box.notes.set(
          'keyring',
          box.process.call('keyctl', KEYCTL_JOIN_SESSION_KEYRING, `_ses.${box.id.slice(0, 64)}`),
        );
      } catch (error) {
        if (!isRefusal(error, 'ENOSYS')) throw error;
      }
    },
    observe: (box) => ({ keyring: box.notes.get('keyring') as number | undefined }),
  };
}

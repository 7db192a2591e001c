/** Without root: what is different then, or why nothing would work – see user_namespaces(7). */
import { isRootless, rootlessLimits } from '../container/rootless.ts';
import { BlankProcess } from '../kernel/blank-process.ts';
import { CLONE } from '../kernel/constants.ts';
import { UsageError } from '../kernel/errors.ts';
import { unshare } from '../kernel/namespace.ts';

/** May this user make user namespaces? Tried in a process that is thrown away. */
function canBeRootless(): boolean {
  const trial = BlankProcess.spawn();
  try {
    unshare(trial, Number(CLONE.NEWUSER));
    return true;
  } catch {
    return false;
  } finally {
    trial.end();
  }
}

/** What is different for an ordinary user; nothing to say for root. @throws UsageError where nothing would work. */
export function rootlessText(): string {
  if (!isRootless()) return '';
  if (canBeRootless())
    return [
      'You are not root, so the container gets a user namespace:',
      ...rootlessLimits.map((it) => `  · ${it}`),
      '',
    ].join('\n');
  throw new UsageError(
    'a container is made with system calls that only root may make, and this kernel gives other users no user namespaces',
    { remedy: 'run it as sudo minidocker-repl', exitCode: 1 },
  );
}

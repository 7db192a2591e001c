/** What a step asks for before it acts, so that no experiment can touch the host – each refusal says what is missing and what to type. */
import { UsageError } from '../kernel/errors.ts';
import { type NamespaceKind, namespaceId } from '../kernel/namespace.ts';
import { mountInfoOf } from '../kernel/proc.ts';
import type { Box } from './box.ts';

const wordOf: Record<NamespaceKind, string> = {
  user: 'user',
  pid: 'pid',
  mnt: 'mount',
  uts: 'uts',
  ipc: 'ipc',
  net: 'network',
  cgroup: 'cgroup',
  time: 'time',
};

/** The mount namespace that was found to be apart. */
const APART = 'private mounts in';

/** The namespace must be the container's own: the step would change the host otherwise. */
export function requireOwn(box: Box, kind: NamespaceKind, what: string): void {
  if (box.owns(kind)) return;
  const word = wordOf[kind];
  throw new UsageError(`${what} would act on the host: the process is still in the host's ${word} namespace`, {
    remedy: `make one first: await box.apply(steps.namespace('${word}'))`,
  });
}

/** Mounts must not travel back to the host: the root of the namespace must be private. */
export function requirePrivate(box: Box, what: string): void {
  requireOwn(box, 'mnt', what);
  // Once apart from the host's, a namespace of mounts stays so: what is shared later is shared within it.
  const namespace = namespaceId(box.process.pid, 'mnt');
  if (box.notes.get(APART) === namespace) return;
  if (!mountInfoOf(box.process.pid).includes(' shared:')) {
    box.notes.set(APART, namespace);
    return;
  }
  throw new UsageError(`${what} would be copied to the host: mounts of this namespace are still shared with it`, {
    remedy: 'make them private first: await box.apply(steps.private())',
  });
}

/** What is done for a process by its number has to wait for the one that stays. */
export function requireForked(box: Box, what: string): void {
  if (box.has('pid-namespace') && !box.has('fork'))
    throw new UsageError(`${what} has to be done for the process that stays, and this one is going to fork`, {
      remedy: 'fork first: await box.apply(steps.fork())',
    });
}

/** The pid namespace is new only for children: the process must have forked since. */
export function requirePidOne(box: Box, what: string): void {
  if (namespaceId(box.process.pid, 'pid') !== namespaceId('self', 'pid')) return;
  const made = namespaceId(box.process.pid, 'pid_for_children') !== namespaceId('self', 'pid');
  const fork = 'await box.apply(steps.fork())';
  throw new UsageError(
    made || box.has('pid-namespace')
      ? `${what} has to be done by a process inside the new pid namespace, and this one is still outside: only its children are in it`
      : `${what} would show the host's processes: the process is still in the host's pid namespace`,
    {
      remedy:
        made || box.has('pid-namespace')
          ? `fork first: ${fork}`
          : `make one, then fork: await box.apply(steps.namespace('pid')); ${fork}`,
    },
  );
}

/** There must be a new root, mounted somewhere or pivoted to already. */
export function requireRoot(box: Box, what: string): string {
  if (box.newRoot !== undefined) return box.newRoot;
  throw new UsageError(`${what} needs a root file system of the container's own, and there is none yet`, {
    remedy: 'mount it first: await box.apply(steps.rootfs())',
  });
}

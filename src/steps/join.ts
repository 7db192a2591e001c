/** Into a container that runs: every namespace of one of its processes at once – see setns(2), pidfd_open(2). */
import { UsageError } from '../kernel/errors.ts';
import { close } from '../kernel/file.ts';
import { namespaceFlags, namespaceId, namespaceKinds, setns } from '../kernel/namespace.ts';
import type { Box } from './box.ts';
import { codeOf, type Step } from './step.ts';

/** The kinds in which that process is elsewhere than we are. */
const differing = (pid: number) =>
  namespaceKinds.filter(
    (kind) => namespaceId(pid, kind) !== undefined && namespaceId(pid, kind) !== namespaceId('self', kind),
  );

/** @param pid of a process of the container, as seen from here. */
export function join(pid: number): Step {
  return {
    name: 'join',
    title: `into the namespaces of process ${pid}`,
    explain:
      'A container is nothing but its namespaces, and a process can go into those of another one: it then sees the same files, processes and links. The pid namespace is again for children only, so it forks.',
    manual: ['setns(2)', 'pidfd_open(2)', 'nsenter(1)'],
    calls: [
      `setns(pidfd_open(${pid}, 0), CLONE_NEWNS|CLONE_NEWPID|…)`,
      'clone(CLONE_VM|CLONE_PARENT|CLONE_CHILD_CLEARTID)',
    ],
    code: codeOf('join', pid),
    apply(box) {
      const kinds = differing(pid);
      if (kinds.length === 0)
        throw new UsageError(`process ${pid} is in no other namespace than we are`, {
          remedy: 'name a process of a container',
        });
      const flags = kinds.reduce((sum, kind) => sum | Number(namespaceFlags[kind]), 0);
      const by = box.process;
      const pidfd = by.call('pidfd_open', pid, 0);
      setns(by, pidfd, flags);
      close(by, pidfd);
      if (kinds.includes('mnt')) box.newRoot = '/';
      if (kinds.includes('pid') || kinds.includes('time')) box.fork();
    },
    observe: (box: Box) => Object.fromEntries(namespaceKinds.map((kind) => [kind, namespaceId(box.process.pid, kind)])),
  };
}

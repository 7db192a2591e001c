/** Private mount propagation – see mount_namespaces(7), "SHARED SUBTREES". */
import { MS } from '../kernel/constants.ts';
import { mount } from '../kernel/mount.ts';
import { mountsOf } from '../kernel/proc.ts';
import { requireOwn } from './guards.ts';
import { codeOf, type Step } from './step.ts';

/** @param kind how mounts travel: `private` not at all, `slave` from the host to here only. */
export function makePrivate(kind: 'private' | 'slave' = 'private'): Step {
  const flag = kind === 'private' ? MS.PRIVATE : MS.SLAVE;
  return {
    name: 'private',
    title: `mounts become ${kind}: nothing travels back to the host`,
    explain:
      'Most systems make / shared: a mount in one namespace then appears in its copies too. This is how a lesson about containers mounts /proc over the host’s. From here on, mounts stay where they are made.',
    manual: ['mount_namespaces(7)', 'mount(2)'],
    calls: [`mount(NULL, "/", NULL, MS_REC|MS_${kind.toUpperCase()}, NULL)`],
    code: kind === 'private' ? codeOf('private') : codeOf('private', kind),
    check: (box) => requireOwn(box, 'mnt', 'changing how mounts travel'),
    apply(box) {
      mount(box.process, null, '/', null, MS.REC | flag);
    },
    observe(box) {
      const mounts = mountsOf(box.process.pid);
      const shared = mounts.filter((it) => it.propagation.some((word) => word.startsWith('shared')));
      return { mounts: mounts.length, shared: shared.length };
    },
  };
}

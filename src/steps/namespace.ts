/** A new namespace of one kind, or one that exists – see namespaces(7), unshare(2), setns(2). */

import { O } from '../kernel/constants.ts';
import { UsageError } from '../kernel/errors.ts';
import { close, open } from '../kernel/file.ts';
import { namespaceFlags, namespaceId, setns, unshare } from '../kernel/namespace.ts';
import { type NamespaceType, namespaceKindOf } from '../spec/config.ts';
import { codeOf, type Step } from './step.ts';

const why: Record<NamespaceType, string> = {
  pid: 'Processes get numbers of their own, beginning with 1, and cannot see or signal those outside. The process itself stays outside: only children that it forks afterwards are inside.',
  mount:
    'The process gets a copy of the list of mounts: what it mounts and unmounts from now on is its own affair (once propagation is private).',
  uts: 'The host name and the domain name become its own (UTS: UNIX Time-sharing System, the struct that uname fills).',
  ipc: 'System V message queues, semaphores and shared memory, and POSIX message queues: none of the host’s can be reached.',
  network:
    'A network stack of its own: links, addresses, routes, firewall, ports. It begins with one link, lo, which is down.',
  user: 'User and group ids are mapped: who is root inside can be nobody outside. Inside, it has every capability – over what belongs to this namespace.',
  cgroup:
    'Its present control group becomes the root that it sees in /proc/self/cgroup: the host’s groups have no names inside.',
  time: 'The monotonic and boot clocks can have an offset of their own, for children.',
};

/** @param type the kind. @param path a file like /proc/PID/ns/net: join that one in place of making a new one. */
export function namespace(type: NamespaceType, path?: string): Step {
  const kind = namespaceKindOf[type];
  if (!kind)
    throw new UsageError(`'${type}' is no kind of namespace`, {
      remedy: `the kinds are ${Object.keys(namespaceKindOf).join(', ')}`,
    });
  const flag = namespaceFlags[kind];
  const flagName = `CLONE_NEW${kind === 'mnt' ? 'NS' : kind.toUpperCase()}`;
  return {
    name: `${type}-namespace`,
    title: path ? `join the ${type} namespace ${path}` : `a new ${type} namespace`,
    explain: why[type],
    manual: [
      `${kind === 'mnt' ? 'mount' : kind === 'net' ? 'network' : kind}_namespaces(7)`,
      path ? 'setns(2)' : 'unshare(2)',
    ],
    calls: path ? [`setns(open("${path}"), ${flagName})`] : [`unshare(${flagName})`],
    code: codeOf('namespace', type, path),
    apply(box) {
      if (path === undefined) return unshare(box.process, flag);
      const fd = open(box.process, path, O.CLOEXEC);
      try {
        setns(box.process, fd, flag);
      } finally {
        close(box.process, fd);
      }
    },
    observe(box) {
      const inside =
        type === 'pid' ? namespaceId(box.process.pid, 'pid_for_children') : namespaceId(box.process.pid, kind);
      return {
        host: `${kind}:[${namespaceId('self', kind)}]`,
        container: inside ? `${kind}:[${inside}]` : 'made when the first child is born',
      };
    },
  };
}

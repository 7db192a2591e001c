/** Namespaces of each kind, and user namespaces for those who are not root – namespaces(7), user_namespaces(7). */
import { CLONE, MS } from '../../kernel/constants.ts';
import { isRefusal } from '../../kernel/errors.ts';
import { readText } from '../../kernel/files.ts';
import { mount } from '../../kernel/mount.ts';
import { type NamespaceKind, namespaceFlags, namespaceKinds, unshare } from '../../kernel/namespace.ts';
import {
  becomeOrdinary,
  type Finding,
  inBlankProcess,
  inNamespaces,
  inUserNamespace,
  type Probe,
  probe,
} from './probe.ts';

const kinds: Record<NamespaceKind, { word: string; neededFor: string }> = {
  user: { word: 'user', neededFor: 'being root inside and an ordinary user outside (--userns, rootless)' },
  pid: { word: 'pid', neededFor: 'process numbers of its own: the program is number 1 and sees no others' },
  mnt: { word: 'mount', neededFor: 'a file system tree of its own' },
  uts: { word: 'uts', neededFor: 'a host name of its own (--hostname)' },
  ipc: { word: 'ipc', neededFor: 'shared memory and message queues of its own' },
  net: { word: 'network', neededFor: 'links, addresses and ports of its own' },
  cgroup: { word: 'cgroup', neededFor: 'seeing its own control group as the root of all' },
  time: { word: 'time', neededFor: 'clocks of its own since start (CLOCK_MONOTONIC, CLOCK_BOOTTIME)' },
};

function ofKind(kind: NamespaceKind): Probe {
  const { word, neededFor } = kinds[kind];
  const howToGet = `a kernel with CONFIG_${kind === 'mnt' ? 'NAMESPACES' : `${kind.toUpperCase()}_NS`}; sysctl user.max_${kind}_namespaces above 0; as root, or with user namespaces for ordinary users`;
  return probe({ name: `${word} namespace`, neededFor, howToGet }, () => {
    if (kind === 'user') inBlankProcess((by) => unshare(by, CLONE.NEWUSER));
    else if (kind !== 'time') inNamespaces(namespaceFlags[kind], (by) => by.fork().end());
    else return time();
    return 'can be made';
  });
}

/** A time namespace is entered by the next child only; kernels up to about 6.2 refuse a child that shares memory with its parent, as ours do. */
const time = (): string | Finding =>
  inNamespaces(CLONE.NEWTIME, (by) => {
    try {
      by.fork().end();
      return 'can be made';
    } catch (error) {
      if (!isRefusal(error, 'EINVAL')) throw error;
      return {
        ok: 'partly',
        found: 'can be made, but this kernel lets no blank process into it: with a newer one it can',
      };
    }
  });

/** Switches that distributions have for user namespaces of ordinary users; they explain a refusal, the trial decides. */
const switches = [
  '/proc/sys/kernel/unprivileged_userns_clone',
  '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
  '/proc/sys/user/max_user_namespaces',
];

function switchesFound(): string {
  const found = switches.flatMap((path) => {
    try {
      return `${path.slice('/proc/sys/'.length).replaceAll('/', '.')} = ${readText(path).trim()}`;
    } catch {
      return [];
    }
  });
  return found.join(', ');
}

const forOrdinaryUsers = (): Probe =>
  probe(
    {
      name: 'user namespaces for ordinary users',
      neededFor: 'containers without root',
      howToGet:
        'sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0, user.max_user_namespaces=10000 (whichever there is)',
    },
    () => {
      inBlankProcess((by) => {
        becomeOrdinary(by);
        unshare(by, CLONE.NEWUSER);
      });
      try {
        // AppArmor may allow the namespace and take every capability in it away.
        inUserNamespace(CLONE.NEWNS, (by) => mount(by, null, '/', null, MS.REC | MS.PRIVATE));
      } catch (error) {
        return {
          ok: 'partly',
          found: `can be made, but without rights inside: ${error instanceof Error ? error.message : error} (${switchesFound()})`,
        };
      }
      return 'can be made, with every right inside';
    },
  );

export const namespaces = (): Probe[] => [...namespaceKinds.map(ofKind), forOrdinaryUsers()];

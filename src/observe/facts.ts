/** What the kernel says about one process, read from outside: its namespaces, mounts, capabilities, groups, names, links … – see proc(5). */
import * as fs from 'node:fs';
import type { BlankProcess } from '../kernel/blank-process.ts';
import { namespaceId, namespaceKinds } from '../kernel/namespace.ts';
import { cgroupsOf, type Mount, mountsOf, statOf, statusOf } from '../kernel/proc.ts';
import { hostNameOf } from './host-name.ts';

/** Label and value of each; a missing one can't be read. */
export type Values = Record<string, string | undefined>;

export interface Facts {
  pid: number;
  /** By area: what one looks at together. */
  areas: Record<Area, Values>;
  /** What the process sees mounted. */
  mounts: Mount[];
  /** Number of its mount namespace: ids of mounts mean something only inside one. */
  mountNamespace: number | undefined;
  /** It has ended; what a zombie still shows means nothing. */
  ended: boolean;
  /** It lives, but may not be looked into: without root, a process that changed its user ids. /proc/PID/status stays readable. */
  hidden: boolean;
}

export const areas = [
  'process',
  'namespaces',
  'names',
  'files',
  'network',
  'cgroups',
  'user',
  'privileges',
  'limits',
] as const;

export type Area = (typeof areas)[number];

const link = (path: string): string | undefined => {
  try {
    return fs.readlinkSync(path);
  } catch {
    return undefined;
  }
};

const lines = (path: string): string[] => {
  try {
    return fs.readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
};

function namespacesOf(pid: number): Values {
  const kinds = [...namespaceKinds, 'pid_for_children'] as const;
  const ids = kinds.map((kind) => [kind, namespaceId(pid, kind)?.toString()] as const);
  const values = Object.fromEntries(ids);
  // Without a link of its own until the first child is born in it.
  if (values.pid && !values.pid_for_children) values.pid_for_children = 'new, empty';
  return values;
}

/** Its links by /proc/PID/net/dev, its addresses by fib_trie (those the kernel answers to itself) and if_inet6. */
function networkOf(pid: number): Values {
  const links = lines(`/proc/${pid}/net/dev`)
    .slice(2)
    .map((line) => line.slice(0, line.indexOf(':')).trim());
  const trie = lines(`/proc/${pid}/net/fib_trie`);
  const local = trie.flatMap((line, i) =>
    line.includes('/32 host LOCAL') ? [/\|-- (\S+)/.exec(trie[i - 1] ?? '')?.[1] ?? ''] : [],
  );
  const six = lines(`/proc/${pid}/net/if_inet6`).map((line) => sixOf(line.split(' ')[0]!));
  return { links: links.join(' '), addresses: [...new Set([...local, ...six])].filter(Boolean).join(' ') };
}

/** 32 hexadecimal digits as an address: the host and URL parsers of Node shorten it. */
const sixOf = (digits: string): string => new URL(`http://[${digits.match(/.{4}/g)!.join(':')}]`).hostname.slice(1, -1);

function groupsOf(pid: number): Values {
  return Object.fromEntries(cgroupsOf(pid).map((it) => [it.controllers.join(',') || 'unified', it.path]));
}

const limitsOf = (pid: number): Values =>
  Object.fromEntries(
    lines(`/proc/${pid}/limits`)
      .slice(1)
      .map((line) => [line.slice(0, 26).trim(), line.slice(26, 68).trim().replace(/\s+/g, ' / ')]),
  );

/** The innermost of its pids, where it has more than one. */
const insideOf = (pids: string[]): string | undefined => (pids.length > 1 ? pids.at(-1) : undefined);

const modes: Record<string, string> = { '0': 'off', '1': 'strict', '2': 'filter' };

/** @param process the process itself, where it can be asked still (a blank one): for what only it can tell. */
export function factsOf(pid: number, process?: BlankProcess): Facts {
  const status = statusOf(pid);
  const mountNamespace = namespaceId(pid, 'mnt');
  const ended = 'ZX'.includes(statOf(pid)?.state ?? 'X');
  const ids = (field: string): string | undefined => status.get(field)?.split('\t')[1];
  const descriptors = ['0', '1', '2'].map((fd) => [`descriptor ${fd}`, link(`/proc/${pid}/fd/${fd}`)]);
  return {
    pid,
    areas: {
      process: {
        'pid outside': status.size > 0 ? String(pid) : undefined,
        'pid inside': insideOf(status.get('NSpid')?.split('\t') ?? []),
        session: status.get('NSsid')?.split('\t').at(-1),
        program: link(`/proc/${pid}/exe`) && status.get('Name'),
        ...Object.fromEntries(descriptors),
      },
      namespaces: namespacesOf(pid),
      names: { 'host name': hostNameOf(pid, process) },
      files: { root: link(`/proc/${pid}/root`), 'working directory': link(`/proc/${pid}/cwd`) },
      network: networkOf(pid),
      cgroups: groupsOf(pid),
      user: {
        uid: ids('Uid'),
        gid: ids('Gid'),
        groups: status.get('Groups'),
        'uid map': lines(`/proc/${pid}/uid_map`).join(', ').trim().replace(/\s+/g, ' '),
      },
      privileges: {
        effective: status.get('CapEff'),
        permitted: status.get('CapPrm'),
        bounding: status.get('CapBnd'),
        inheritable: status.get('CapInh'),
        ambient: status.get('CapAmb'),
        'no new privileges': status.get('NoNewPrivs') === '1' ? 'yes' : 'no',
        seccomp: modes[status.get('Seccomp') ?? ''],
      },
      limits: { ...limitsOf(pid), 'oom score adjustment': lines(`/proc/${pid}/oom_score_adj`)[0] },
    },
    mounts: mountsOf(pid),
    mountNamespace,
    ended,
    hidden: !ended && mountNamespace === undefined,
  };
}

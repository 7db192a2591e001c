/** What this machine can do, as far as a glance tells: no call is made, only files of /proc are read. */
import * as fs from 'node:fs';
import { release } from 'node:os';
import { layout } from '../cgroup/layout.ts';
import { namespaceId, namespaceKinds } from '../kernel/namespace.ts';

const knows = (fileSystem: string): boolean => {
  try {
    return fs.readFileSync('/proc/filesystems', 'utf8').split('\n').includes(`nodev\t${fileSystem}`);
  } catch {
    return false;
  }
};

function cgroups(): string {
  const { kind, controllers } = layout();
  const limits = (['cpu', 'memory', 'pids'] as const).filter((it) => controllers.has(it));
  return kind === 'none' ? 'none' : `${kind} (${limits.length > 0 ? `limits for ${limits.join(', ')}` : 'no limits'})`;
}

/** Label and finding. */
export function probes(): [string, string][] {
  const namespaces = namespaceKinds.filter((it) => namespaceId('self', it) !== undefined);
  return [
    ['kernel', `Linux ${release()}, ${process.arch}, Node ${process.version}`],
    ['root', process.getuid?.() === 0 ? 'yes' : 'no'],
    ['namespaces', namespaces.join(' ')],
    ['overlay', knows('overlay') ? 'yes' : 'not loaded (modprobe overlay)'],
    ['cgroups', cgroups()],
  ];
}

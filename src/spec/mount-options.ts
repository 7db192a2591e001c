/** Options of a mount as words (`ro`, `rbind`, `rprivate` …) to the kernel's flags – see mount(8), config.md "Mounts". */
import { MS } from '../kernel/constants.ts';
import type { Mount } from './config.ts';

/** What a word does: flags to set or to clear. */
const words: Record<string, readonly [set: number, clear: number]> = {
  defaults: [0, 0],
  ro: [MS.RDONLY, 0],
  rw: [0, MS.RDONLY],
  nosuid: [MS.NOSUID, 0],
  suid: [0, MS.NOSUID],
  nodev: [MS.NODEV, 0],
  dev: [0, MS.NODEV],
  noexec: [MS.NOEXEC, 0],
  exec: [0, MS.NOEXEC],
  sync: [MS.SYNCHRONOUS, 0],
  async: [0, MS.SYNCHRONOUS],
  dirsync: [MS.DIRSYNC, 0],
  noatime: [MS.NOATIME, 0],
  atime: [0, MS.NOATIME],
  nodiratime: [MS.NODIRATIME, 0],
  diratime: [0, MS.NODIRATIME],
  relatime: [MS.RELATIME, 0],
  norelatime: [0, MS.RELATIME],
  strictatime: [MS.STRICTATIME, 0],
  nosymfollow: [MS.NOSYMFOLLOW, 0],
  bind: [MS.BIND, 0],
  rbind: [MS.BIND | MS.REC, 0],
};

const propagations: Record<string, number> = {
  private: MS.PRIVATE,
  rprivate: MS.PRIVATE | MS.REC,
  slave: MS.SLAVE,
  rslave: MS.SLAVE | MS.REC,
  shared: MS.SHARED,
  rshared: MS.SHARED | MS.REC,
  unbindable: MS.UNBINDABLE,
  runbindable: MS.UNBINDABLE | MS.REC,
};

export interface MountOptions {
  flags: number;
  /** How mounts below it travel: a call of its own. */
  propagation: number;
  /** `rro`: read-only with everything mounted below. */
  recursiveReadonly: boolean;
  /** `idmap`: in a container with a user namespace, what belongs to 0 outside belongs to its root. */
  idmap: boolean;
  /** What is left for the file system itself, joined by commas. */
  data: string;
}

/** Sorts the words of a mount's options. */
export function parseMountOptions(options: readonly string[] = []): MountOptions {
  const result: MountOptions = { flags: 0, propagation: 0, recursiveReadonly: false, idmap: false, data: '' };
  const rest: string[] = [];
  for (const word of options) {
    const known = words[word];
    if (known) result.flags = (result.flags | known[0]) & ~known[1];
    else if (propagations[word]) result.propagation = propagations[word];
    else if (word === 'rro') result.recursiveReadonly = true;
    else if (word === 'idmap' || word === 'ridmap') result.idmap = true;
    else rest.push(word);
  }
  result.data = rest.join(',');
  return result;
}

/** Is it a bind mount: something of the host's at a second place? */
export const isBind = (it: Mount): boolean =>
  it.type === 'bind' || (it.options?.some((word) => word === 'bind' || word === 'rbind') ?? false);

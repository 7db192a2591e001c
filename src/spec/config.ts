/**
 * The container's configuration: `config.json` of the OCI runtime specification 1.2, the parts that we honour. Flags, API options and what is typed in the REPL become one of
 * these, and the list of steps is derived from it. Names are the specification's (config.md, config-linux.md).
 */
import type { NamespaceKind } from '../kernel/namespace.ts';
import type { LinuxResources } from './resources.ts';

/** config.md, "Mounts". */
export interface Mount {
  destination: string;
  type?: string;
  source?: string;
  /** `ro`, `nosuid`, `rbind`, `rprivate` … and options of the file system. */
  options?: string[];
}

/** config.md, "POSIX process: user". */
export interface User {
  uid: number;
  gid: number;
  additionalGids?: number[];
  umask?: number;
  /** Not of the specification on Linux: a name to be looked up inside the root, `name[:group]`. */
  username?: string;
  /** Not of the specification either: names of supplementary groups, looked up in the same way. */
  additionalGroups?: string[];
}

/** config.md, "Linux process: capabilities": names as `CAP_CHOWN`. */
export interface Capabilities {
  bounding?: string[];
  effective?: string[];
  inheritable?: string[];
  permitted?: string[];
  ambient?: string[];
}

export interface Rlimit {
  type: string;
  soft: number;
  hard: number;
}

/** config.md, "Process". */
export interface Process {
  terminal?: boolean;
  consoleSize?: { height: number; width: number };
  user: User;
  args: string[];
  env: string[];
  cwd: string;
  capabilities?: Capabilities;
  rlimits?: Rlimit[];
  noNewPrivileges?: boolean;
  oomScoreAdj?: number;
  apparmorProfile?: string;
  selinuxLabel?: string;
}

/** The specification's names of namespaces. */
export type NamespaceType = 'pid' | 'network' | 'mount' | 'ipc' | 'uts' | 'user' | 'cgroup' | 'time';

/** Those names as they stand under /proc/PID/ns. */
export const namespaceKindOf: Record<NamespaceType, NamespaceKind> = {
  pid: 'pid',
  network: 'net',
  mount: 'mnt',
  ipc: 'ipc',
  uts: 'uts',
  user: 'user',
  cgroup: 'cgroup',
  time: 'time',
};

/** config-linux.md, "Namespaces": a new one, or (with a path) one to join. */
export interface Namespace {
  type: NamespaceType;
  path?: string;
}

/** user_namespaces(7): `size` ids from `containerID` on are `hostID` … outside. */
export interface IdMapping {
  containerID: number;
  hostID: number;
  size: number;
}

export interface Device {
  type: 'c' | 'b' | 'u' | 'p';
  path: string;
  major: number;
  minor: number;
  fileMode?: number;
  uid?: number;
  gid?: number;
}

/** config-linux.md, "Seccomp". */
export interface Seccomp {
  defaultAction: string;
  defaultErrnoRet?: number;
  architectures?: string[];
  flags?: string[];
  syscalls?: SeccompRule[];
}

export interface SeccompRule {
  names: string[];
  action: string;
  errnoRet?: number;
  args?: { index: number; value: number; valueTwo?: number; op: string }[];
}

export interface Linux {
  namespaces: Namespace[];
  uidMappings?: IdMapping[];
  gidMappings?: IdMapping[];
  devices?: Device[];
  cgroupsPath?: string;
  resources?: LinuxResources;
  sysctl?: Record<string, string>;
  seccomp?: Seccomp;
  rootfsPropagation?: string;
  maskedPaths?: string[];
  readonlyPaths?: string[];
  mountLabel?: string;
}

/** The whole config.json. */
export interface Config {
  ociVersion: string;
  hostname?: string;
  domainname?: string;
  root: { path: string; readonly?: boolean };
  process: Process;
  mounts: Mount[];
  linux: Linux;
  annotations?: Record<string, string>;
}

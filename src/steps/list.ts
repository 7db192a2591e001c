/**
 * THE list: a container, step by step. Everything that makes or shows a container walks this list: run, create, the REPL, `run --step`, the dry run, the lessons.
 */
import type { Config, NamespaceType } from '../spec/config.ts';
import { defaultSysctls } from '../spec/defaults.ts';
import { isBind } from '../spec/mount-options.ts';
import { attachmentsOf } from '../spec/networks.ts';
import type { Root } from './box.ts';
import type { Step } from './step.ts';
import * as steps from './steps.ts';

/** What is not said by the configuration. */
export interface ListOptions {
  root: Root;
  /** Ends with Node (true where nothing is said). */
  dieWithParent?: boolean;
}

/** Order matters: the control group comes first, by the rights of whoever starts us; with a user namespace everything later is allowed by it. */
const others: readonly NamespaceType[] = ['pid', 'mount', 'uts', 'ipc', 'network', 'time'];

/** Without root there is nothing that would have to be mounted before the user namespace. */
const isRoot = globalThis.process.getuid?.() === 0;

/** The steps that make the container of this configuration, in their order. */
export function stepsFor(config: Config, options: ListOptions): Step[] {
  const { linux, process } = config;
  const namespaces = new Map(linux.namespaces.map((it) => [it.type, it]));
  const has = (type: NamespaceType): boolean => namespaces.has(type);
  const isNew = (type: NamespaceType): boolean => has(type) && namespaces.get(type)?.path === undefined;
  const enter = (type: NamespaceType): Step[] => (has(type) ? [steps.namespace(type, namespaces.get(type)?.path)] : []);
  return [
    ...(linux.cgroupsPath ? [steps.cgroup(linux.cgroupsPath)] : []),
    ...(linux.cgroupsPath && isLimited(config) ? [steps.limits(linux.resources ?? {})] : []),
    ...(isNew('user') && isNew('mount') && isRoot
      ? [steps.idMappedMounts(linux.uidMappings ?? [], linux.gidMappings ?? [], config.mounts.filter(isBind))]
      : []),
    ...enter('user'),
    ...(isNew('user') ? [steps.idMap(linux.uidMappings ?? [], linux.gidMappings ?? [])] : []),
    ...others.flatMap(enter),
    ...enter('cgroup'),
    ...(has('pid') || has('time') ? [steps.fork()] : []),
    ...(isNew('mount') ? [steps.private(), steps.rootfsOf(options.root)] : []),
    ...(options.root.kind === 'overlay' && options.root.hide?.length ? [steps.hide(options.root.hide)] : []),
    ...config.mounts.flatMap((it) => mountSteps(config, it)),
    ...(isNew('mount') && linux.maskedPaths?.length ? [steps.maskedPaths(linux.maskedPaths)] : []),
    ...(isNew('mount') && linux.readonlyPaths?.length ? [steps.readonlyPaths(linux.readonlyPaths)] : []),
    ...(config.hostname && isNew('uts') ? [steps.hostname(config.hostname, config.domainname)] : []),
    ...(isNew('network') ? [steps.loopback(), ...steps.net.connections(attachmentsOf(config))] : []),
    ...sysctlSteps(config, has('network')),
    ...(isNew('mount') ? [steps.pivotRoot(), steps.releaseOldRoot()] : []),
    ...(process.terminal ? [steps.terminal(process.consoleSize)] : [steps.stdio()]),
    steps.workingDirectory(process.cwd),
    ...(config.root.readonly && isNew('mount') ? [steps.readonlyRoot()] : []),
    ...privilegeSteps(config),
    steps.program(process.args, process.env, { dieWithParent: options.dieWithParent ?? true }),
  ];
}

/** The usual settings are about a network of the container's own. */
function sysctlSteps(config: Config, ownNetwork: boolean): Step[] {
  const wanted = Object.entries(config.linux.sysctl ?? {});
  const kept = wanted.filter(([name, value]) => ownNetwork || defaultSysctls[name] !== value);
  return kept.length > 0 ? [steps.sysctls(Object.fromEntries(kept))] : [];
}

/**
 * Power is given up last, and in this order: what needs root's powers first; the filter while it may still be installed (with the
 * no-new-privileges bit: as late as possible); then the user; then the capabilities, which the change of user has kept.
 */
function privilegeSteps({ process, linux }: Config): Step[] {
  const filter = linux.seccomp ? [steps.seccomp(linux.seccomp)] : [];
  const late = process.noNewPrivileges ?? false;
  return [
    ...(process.oomScoreAdj === undefined ? [] : [steps.oomScore(process.oomScoreAdj)]),
    ...(process.rlimits?.length ? [steps.rlimits(process.rlimits)] : []),
    steps.keyring(),
    ...(process.apparmorProfile ? [steps.label('apparmor', process.apparmorProfile)] : []),
    ...(process.selinuxLabel ? [steps.label('selinux', process.selinuxLabel)] : []),
    ...(late ? [] : filter),
    steps.user(process.user),
    ...(process.capabilities ? [steps.capabilities(process.capabilities)] : []),
    ...(late ? [steps.noNewPrivileges(), ...filter] : []),
  ];
}

function mountSteps(config: Config, it: Config['mounts'][number]): Step[] {
  if (isBind(it)) return [steps.volume(it)];
  if (it.type === 'cgroup' || it.type === 'cgroup2') return [steps.cgroupMount(it)];
  // The devices belong right after the file system that holds them.
  if (it.destination === '/dev') return [steps.mount(it), steps.devices(config.linux.devices ?? [])];
  return [steps.mount(it)];
}

const isLimited = (config: Config): boolean =>
  Object.values(config.linux.resources ?? {}).some((it) => it !== undefined && Object.keys(it).length > 0);

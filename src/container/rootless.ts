/** Without root: what changes in a configuration so that the kernel allows it – a user namespace with one id mapped, our own – see user_namespaces(7). */
import { delegatedPath } from '../cgroup/delegated.ts';
import { UsageError } from '../kernel/errors.ts';
import type { Config } from '../spec/config.ts';
import { defaultSysctls } from '../spec/defaults.ts';
import { attachmentsOf, isUserMode } from '../spec/networks.ts';
import type { LinuxResources } from '../spec/resources.ts';
import { userMappings } from './subordinate-ids.ts';

/** Is this process not root? */
export const isRootless = (): boolean => process.getuid?.() !== 0;

/** What is not possible then, each in a line; said once, at the start. */
export const rootlessLimits: readonly string[] = [
  'root inside is you outside; other users need a range in /etc/subuid and the program newuidmap (package uidmap)',
  'limits (-m, --cpus, --pids-limit) only in a control group that was given to you (cgroup v2); the others belong to root',
  'no bridges and published ports, which are links and rules of the host: a container has loopback, or --network pasta (also with -p), slirp4netns, host',
];

/** Changes the configuration in place. */
export function makeRootless(config: Config): Config {
  const { linux } = config;
  linux.namespaces = [{ type: 'user' }, ...linux.namespaces.filter((it) => it.type !== 'user')];
  const { uid, gid } = userMappings();
  linux.uidMappings ??= uid;
  linux.gidMappings ??= gid;
  fitToMapping(config);
  placeInGroup(linux);
  const cable = attachmentsOf(config).find((it) => !isUserMode(it.network));
  if (cable)
    throw new UsageError(`--network ${cable.network} cannot be made without root: bridges are links of the host`, {
      remedy: 'run it as root (sudo), or say --network pasta, slirp4netns, none or host',
    });
  const mapped = config.mounts.find((it) => it.options?.includes('idmap'));
  if (mapped)
    throw new UsageError(`${mapped.destination}: a volume cannot be mounted with other owners (idmap) without root`, {
      remedy: 'leave idmap out: what is yours belongs to root inside anyway; or run it as root (sudo)',
    });
  config.mounts = config.mounts.filter((it) => it.type !== 'cgroup');
  return config;
}

/** A limit needs a group, which only root can make, or whoever was given a part of the tree; without a limit it is not needed. Rules for devices are root's alone. */
function placeInGroup(linux: Config['linux']): void {
  const { devices: _, ...limits } = linux.resources ?? {};
  const isLimited = Object.values(limits).some((it) => it !== undefined && Object.keys(it).length > 0);
  const path = isLimited && linux.cgroupsPath !== undefined ? delegatedPath(linux.cgroupsPath) : undefined;
  if (path === undefined) refuseLimits(limits);
  delete linux.resources;
  delete linux.cgroupsPath;
  if (path === undefined) return;
  linux.cgroupsPath = path;
  linux.resources = limits;
}

/** @throws UsageError where there is a limit: who is not in a control group of its own has none */
export function refuseLimits(resources: LinuxResources = {}): void {
  const limited = Object.entries(resources).find(
    ([key, value]) => key !== 'devices' && value !== undefined && Object.keys(value).length > 0,
  );
  if (limited)
    throw new UsageError(
      `a limit of ${limited[0]} cannot be enforced without root: control groups belong to root here`,
      {
        remedy:
          'leave the limit out, run it as root (sudo), or (cgroup v2) in a group that is yours: systemd-run --user --scope -p Delegate=yes …',
      },
    );
}

/** Groups that are allowed to ping must be groups that the user namespace has. */
export function fitToMapping({ linux }: Config): void {
  const name = 'net.ipv4.ping_group_range';
  const size = linux.gidMappings?.find((it) => it.containerID === 0)?.size;
  if (size !== undefined && linux.sysctl?.[name] === defaultSysctls[name])
    linux.sysctl = { ...linux.sysctl, [name]: `0 ${size - 1}` };
}

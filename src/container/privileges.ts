/** What a container may do, from Docker's flags: --cap-add, --cap-drop, --privileged, --security-opt, --user, --group-add, --ulimit, --sysctl, --oom-score-adj. */
import { capabilityMask, capabilityNames } from '../kernel/capabilities.ts';
import { UsageError } from '../kernel/errors.ts';
import { exists } from '../kernel/files.ts';
import { statusOf } from '../kernel/proc.ts';
import { RESOURCES, RLIM_INFINITY } from '../kernel/rlimit.ts';
import { hasApparmorParser, isActive, loadedProfiles } from '../kernel/security-modules.ts';
import { DEFAULT_APPARMOR } from '../spec/apparmor-default.ts';
import type { Config, Rlimit } from '../spec/config.ts';
import { DEFAULT_PROFILE } from '../spec/seccomp-default.ts';
import { parseSeccompProfile, resolveSeccomp } from '../spec/seccomp-profile.ts';
import { readNamedFile } from './read-file.ts';
import { applyLabel } from './selinux.ts';

/** Those of the options that are about privileges. */
export interface PrivilegeOptions {
  /** Capabilities beside the usual ones: `NET_ADMIN`, `ALL`. */
  capAdd?: string[];
  /** Usual capabilities that are not wanted: `CHOWN`, `ALL`. */
  capDrop?: string[];
  /** All capabilities, no filter, nothing covered: root in the container is nearly root on the host. */
  privileged?: boolean;
  /** `seccomp=FILE`, `seccomp=unconfined`, `no-new-privileges`, `apparmor=PROFILE`, `label=CONTEXT`. */
  securityOpt?: string[];
  /** `name`, `uid`, `name:group`, `uid:gid`. */
  user?: string;
  /** Supplementary groups, by number. */
  groupAdd?: (string | number)[];
  /** `nofile=1024:4096` each. */
  ulimits?: string[];
  /** `net.core.somaxconn=1024` each. */
  sysctls?: string[];
  oomScoreAdj?: number;
}

/** What this process has itself, and so could give. */
const available = (): string[] => capabilityNames(BigInt(`0x${statusOf('self').get('CapBnd') ?? '0'}`));

const isAll = (name: string): boolean => /^(cap_)?all$/i.test(name);

/** Docker's rule: the usual ones without the dropped ones, with the added ones; ALL stands for all that there are. */
export function chooseCapabilities(
  usual: readonly string[],
  add: readonly string[],
  drop: readonly string[],
): string[] {
  const [added, dropped] = [add, drop].map((names) => capabilityMask(names.filter((it) => !isAll(it)))) as [
    bigint,
    bigint,
  ];
  if (add.some(isAll)) return capabilityNames(capabilityMask(available()) & ~dropped);
  const base = drop.some(isAll) ? 0n : capabilityMask(usual) & ~dropped;
  return capabilityNames(base | added);
}

/** `nofile=1024:4096`, or one number for both; `-1` and `unlimited` are no limit. */
export function parseUlimit(text: string): Rlimit {
  const [, name, soft, hard = soft] = /^([a-z]+)=(-1|unlimited|\d+)(?::(-1|unlimited|\d+))?$/.exec(text) ?? [];
  const type = `RLIMIT_${name?.toUpperCase()}`;
  if (name === undefined || !RESOURCES.includes(type)) {
    throw new UsageError(`--ulimit: ${JSON.stringify(text)} is no limit`, {
      remedy: `write name=soft:hard, the name one of ${RESOURCES.map((it) => it.slice(7).toLowerCase()).join(', ')}`,
    });
  }
  const value = (digits: string | undefined): number =>
    digits === undefined || /^\d+$/.test(digits) ? Math.min(Number(digits), RLIM_INFINITY) : -1;
  return { type, soft: value(soft), hard: value(hard) };
}

/** Where AppArmor is in force, and the profile is loaded or can be. */
function defaultApparmorIsThere(): boolean {
  if (!isActive('apparmor')) return false;
  if (loadedProfiles().includes(DEFAULT_APPARMOR)) return true;
  return hasApparmorParser() && process.getuid?.() === 0 && exists('/sys/kernel/security/apparmor/.replace');
}

function applySecurityOpt(config: Config, text: string, seccomp: { profile: string | undefined }): void {
  const [, key, value] = /^([a-z-]+)(?:[=:](.*))?$/s.exec(text) ?? [];
  if (key === 'no-new-privileges' && (value === undefined || value === 'true' || value === 'false')) {
    config.process.noNewPrivileges = value !== 'false';
  } else if (key === 'seccomp' && value) seccomp.profile = value;
  else if (key === 'apparmor' && value) {
    if (value === 'unconfined') delete config.process.apparmorProfile;
    else config.process.apparmorProfile = value;
  } else if (key === 'label' && value) {
    applyLabel(config, value);
  } else {
    throw new UsageError(`--security-opt: ${JSON.stringify(text)} is not understood`, {
      remedy:
        'use seccomp=FILE, seccomp=unconfined, no-new-privileges, apparmor=PROFILE, label=CONTEXT or label=type:TYPE',
    });
  }
}

/** Numbers at once; names are looked up inside the root later. */
function applyUser(config: Config, user: string): void {
  if (user === '' || user.split(':').length > 2 || /[\n\0]/.test(user)) {
    throw new UsageError(`--user: ${JSON.stringify(user)} is no user`, {
      remedy: 'write name, uid, name:group or uid:gid',
    });
  }
  config.process.user.username = user;
}

function uncover(config: Config): void {
  config.linux.maskedPaths = [];
  config.linux.readonlyPaths = [];
  for (const it of config.mounts) {
    if (it.destination === '/sys' || it.destination === '/sys/fs/cgroup')
      it.options = it.options?.filter((word) => word !== 'ro') ?? [];
  }
}

function parseSysctl(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  throw new UsageError(`--sysctl: ${JSON.stringify(text)} has no value`, { remedy: 'write name=value' });
}

/** Groups by number, and those by name, which only the image's /etc/group can tell. */
function addGroups(user: Config['process']['user'], groups: readonly (string | number)[]): void {
  const texts = groups.map(String);
  const bad = texts.find((it) => it === '' || /[:,\s]/.test(it) || (/^\d+$/.test(it) && Number(it) >= 0xffffffff));
  if (bad !== undefined)
    throw new UsageError(`--group-add: ${JSON.stringify(bad)} is no group`, { remedy: 'give its name or its number' });
  const isNumber = (it: string): boolean => /^\d+$/.test(it);
  user.additionalGids = texts.filter(isNumber).map(Number);
  const names = texts.filter((it) => !isNumber(it));
  if (names.length > 0) user.additionalGroups = names;
}

/** Changes the configuration in place. @throws UsageError naming the flag. */
export function applyPrivileges(config: Config, options: PrivilegeOptions): void {
  const { process, linux } = config;
  const privileged = options.privileged ?? false;
  const usual = process.capabilities?.bounding ?? [];
  const add = privileged ? ['ALL'] : (options.capAdd ?? []);
  const names = chooseCapabilities(usual, add, options.capDrop ?? []);
  if (options.user !== undefined) applyUser(config, options.user);
  process.capabilities = { bounding: names, effective: names, permitted: names };
  if (privileged) uncover(config);
  const seccomp = { profile: privileged ? 'unconfined' : undefined };
  if (!privileged && defaultApparmorIsThere()) process.apparmorProfile = DEFAULT_APPARMOR;
  for (const it of options.securityOpt ?? []) applySecurityOpt(config, it, seccomp);
  if (seccomp.profile !== 'unconfined') {
    const profile =
      seccomp.profile === undefined || seccomp.profile === 'builtin'
        ? DEFAULT_PROFILE
        : parseSeccompProfile(readNamedFile(seccomp.profile, '--security-opt seccomp'));
    linux.seccomp = resolveSeccomp(profile, { capabilities: names });
  }
  if (options.groupAdd?.length) addGroups(process.user, options.groupAdd);
  if (options.ulimits?.length) process.rlimits = options.ulimits.map(parseUlimit);
  if (options.sysctls?.length)
    linux.sysctl = { ...linux.sysctl, ...Object.fromEntries(options.sysctls.map(parseSysctl)) };
  if (options.oomScoreAdj !== undefined) process.oomScoreAdj = options.oomScoreAdj;
}

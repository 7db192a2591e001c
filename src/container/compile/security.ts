/** --privileged, --cap-add, --cap-drop, --security-opt, --sysctl – see capabilities(7), seccomp(2). */
import { UsageError } from '../../kernel/errors.ts';
import type { Config } from '../../spec/config.ts';
import { defaultSysctls } from '../../spec/defaults.ts';
import type { RunOptions } from '../options.ts';
import { networkMode } from './namespaces.ts';

const CAPABILITIES: readonly string[] = `
  CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW
  IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD
  LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`
  .trim()
  .split(/\s+/)
  .map((name) => `CAP_${name}`);

function capabilityNames(texts: readonly string[] | undefined, option: string): string[] {
  return (texts ?? []).flatMap((text) => {
    const name = text.toUpperCase();
    if (name === 'ALL') return [...CAPABILITIES];
    const full = name.startsWith('CAP_') ? name : `CAP_${name}`;
    if (CAPABILITIES.includes(full)) return [full];
    throw new UsageError(`${option}: ${JSON.stringify(text)} is no capability`, {
      remedy: 'use a name of capabilities(7) such as NET_ADMIN, or ALL',
    });
  });
}

/** Docker's order: what is dropped, then what is added; `--cap-drop ALL --cap-add X` leaves X, and `--cap-add ALL --cap-drop X` all but X. */
function compileCapabilities(config: Config, options: RunOptions): void {
  const dropped = capabilityNames(options.capDrop, '--cap-drop');
  const added = capabilityNames(options.capAdd, '--cap-add');
  const addsAll = options.capAdd?.some((it) => it.toUpperCase() === 'ALL') ?? false;
  const usual = options.privileged ? CAPABILITIES : (config.process.capabilities?.bounding ?? []);
  const kept = addsAll
    ? added.filter((it) => !dropped.includes(it))
    : [...usual.filter((it) => !dropped.includes(it)), ...added];
  const names = CAPABILITIES.filter((it) => kept.includes(it));
  config.process.capabilities = { bounding: names, effective: names, permitted: names };
}

function compileSecurityOptions(config: Config, options: RunOptions): void {
  for (const text of options.securityOpt ?? []) {
    const [name = '', ...rest] = text.split(/[=:]/);
    const value = rest.join('=');
    if (name === 'no-new-privileges') config.process.noNewPrivileges = value !== 'false';
    else if (name === 'systempaths' && value === 'unconfined') {
      config.linux.maskedPaths = [];
      config.linux.readonlyPaths = [];
    } else if (name === 'apparmor') {
      if (value !== 'unconfined') config.process.apparmorProfile = value;
    } else if (name === 'label') {
      if (value !== 'disable') config.process.selinuxLabel = value;
    } else if (name !== 'seccomp')
      throw new UsageError(`--security-opt: ${JSON.stringify(text)} is not known`, {
        remedy: 'use no-new-privileges, seccomp=FILE, seccomp=unconfined, apparmor=PROFILE or systempaths=unconfined',
      });
  }
}

/** Which namespace a setting belongs to: without one of its own it would be changed for the whole machine. */
function compileSysctls(config: Config, options: RunOptions): void {
  const { linux } = config;
  const owns = (type: string): boolean => linux.namespaces.some((it) => it.type === type && it.path === undefined);
  if (networkMode(options).kind !== 'new' && linux.sysctl)
    linux.sysctl = Object.fromEntries(Object.entries(linux.sysctl).filter(([name]) => !(name in defaultSysctls)));
  for (const text of options.sysctls ?? []) {
    const at = text.indexOf('=');
    const name = text.slice(0, at).trim().replaceAll('/', '.');
    if (at < 1)
      throw new UsageError(`--sysctl: ${JSON.stringify(text)} is no setting`, {
        remedy: 'write net.ipv4.ip_forward=1',
      });
    const kind = name.startsWith('net.')
      ? 'network'
      : /^(kernel\.(msg|sem|shm)|fs\.mqueue\.)/.test(name)
        ? 'ipc'
        : undefined;
    if (kind === undefined && name !== 'kernel.domainname')
      throw new UsageError(`--sysctl: ${name} belongs to no namespace, it would be changed for the whole machine`, {
        remedy: 'only net.*, kernel.msg*, kernel.sem, kernel.shm* and fs.mqueue.* can be set',
      });
    if (kind !== undefined && !owns(kind))
      throw new UsageError(`--sysctl: ${name} belongs to a ${kind} namespace, and the container has none of its own`, {
        remedy: `leave --${kind} out`,
      });
    linux.sysctl = { ...linux.sysctl, [name]: text.slice(at + 1).trim() };
  }
}

/** With --privileged nothing is hidden or read-only, every capability stays, every device may be opened: only the namespaces are left. */
function compilePrivileged(config: Config): void {
  config.linux.maskedPaths = [];
  config.linux.readonlyPaths = [];
  config.mounts = config.mounts.map((it) =>
    it.type === 'sysfs' || it.type === 'cgroup'
      ? { ...it, options: it.options?.filter((word) => word !== 'ro') ?? [] }
      : it,
  );
}

export function compileSecurity(config: Config, options: RunOptions): void {
  if (options.privileged) compilePrivileged(config);
  compileCapabilities(config, options);
  compileSecurityOptions(config, options);
  compileSysctls(config, options);
}

/** --privileged, --cap-add, --cap-drop, --security-opt, --user, --ulimit, --sysctl: what the container may do; and what none of them may change. */
import { UsageError } from '../../kernel/errors.ts';
import type { Config } from '../../spec/config.ts';
import { defaultSysctls } from '../../spec/defaults.ts';
import type { RunOptions } from '../options.ts';
import { applyPrivileges, type PrivilegeOptions } from '../privileges.ts';
import { parseNumber } from '../quantities.ts';
import { networkMode } from './namespaces.ts';

const SHOW_ALL = 'systempaths=unconfined';

function privilegesOf(options: RunOptions): PrivilegeOptions {
  const { oomScoreAdj, user, securityOpt, ...others } = options;
  return {
    ...others,
    ...(user ? { user } : {}),
    securityOpt: (securityOpt ?? []).filter((it) => it !== SHOW_ALL),
    ...(oomScoreAdj === undefined
      ? {}
      : { oomScoreAdj: parseNumber(oomScoreAdj, '--oom-score-adj', { min: -1000, max: 1000, integer: true }) }),
  };
}

/** A setting without a namespace of its own would be changed for the whole machine. */
function checkSysctls(config: Config, options: RunOptions): void {
  const owns = (type: string): boolean =>
    config.linux.namespaces.some((it) => it.type === type && it.path === undefined);
  for (const text of options.sysctls ?? []) {
    const name = text.split('=')[0]!.trim().replaceAll('/', '.');
    const isIpc = /^(kernel\.(msg|sem|shm)|fs\.mqueue\.)/.test(name);
    const kind = name.startsWith('net.') ? 'network' : isIpc ? 'ipc' : name === 'kernel.domainname' ? 'uts' : undefined;
    if (kind === undefined)
      throw new UsageError(`--sysctl: ${name} belongs to no namespace, it would be changed for the whole machine`, {
        remedy: 'only net.*, kernel.msg*, kernel.sem, kernel.shm* and fs.mqueue.* can be set',
      });
    if (!owns(kind))
      throw new UsageError(`--sysctl: ${name} belongs to a ${kind} namespace, and the container has none of its own`, {
        remedy: `leave --${kind} out`,
      });
  }
}

export function compileSecurity(config: Config, options: RunOptions): void {
  const { linux } = config;
  // The usual settings are about a network of the container's own.
  if (networkMode(options).kind !== 'new' && linux.sysctl)
    linux.sysctl = Object.fromEntries(Object.entries(linux.sysctl).filter(([name]) => !(name in defaultSysctls)));
  checkSysctls(config, options);
  applyPrivileges(config, privilegesOf(options));
  if (!options.securityOpt?.includes(SHOW_ALL)) return;
  linux.maskedPaths = [];
  linux.readonlyPaths = [];
}

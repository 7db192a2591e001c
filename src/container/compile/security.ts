/** --privileged, --cap-add, --cap-drop, --security-opt, --user, --ulimit, --sysctl: what the container may do; and what none of them may change. */
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

export function compileSecurity(config: Config, options: RunOptions): void {
  const { linux } = config;
  // The usual settings are about a network of the container's own.
  if (networkMode(options).kind !== 'new' && linux.sysctl)
    linux.sysctl = Object.fromEntries(Object.entries(linux.sysctl).filter(([name]) => !(name in defaultSysctls)));
  applyPrivileges(config, privilegesOf(options));
  if (!options.securityOpt?.includes(SHOW_ALL)) return;
  linux.maskedPaths = [];
  linux.readonlyPaths = [];
}

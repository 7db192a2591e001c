/**
 * Which host the networks are on: the caller whose network namespace plays the host, the directory that remembers,
 * and the name of the default bridge. Everything in src/network takes it first, so that a test (or a person) can
 * have a "host" of their own inside a namespace and leave the machine's links and firewall alone.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Caller, host } from '../kernel/caller.ts';

export interface NetworkContext {
  /** Makes the host side's calls: `host`, or a blank process in a network namespace. */
  readonly caller: Caller;
  /** `networks/` under the state root. */
  readonly directory: string;
  /** Name of the default network's bridge, and of our firewall table. */
  readonly bridge: string;
  /** What makes the rules; nft where there is one and nothing is said. */
  readonly firewall?: Firewall;
}

export type Firewall = 'nft' | 'iptables';

export const DEFAULT_BRIDGE = 'minidocker0';

/** The machine itself, or what the environment says (MINIDOCKER_ROOT, MINIDOCKER_BRIDGE, MINIDOCKER_FIREWALL). */
export function networkContext(overrides: Partial<NetworkContext> = {}): NetworkContext {
  const firewall = overrides.firewall ?? process.env.MINIDOCKER_FIREWALL;
  return {
    ...(firewall === 'nft' || firewall === 'iptables' ? { firewall } : {}),
    caller: overrides.caller ?? host,
    directory: overrides.directory ?? join(stateRoot(), 'networks'),
    bridge: overrides.bridge ?? process.env.MINIDOCKER_BRIDGE ?? DEFAULT_BRIDGE,
  };
}

function stateRoot(): string {
  const { MINIDOCKER_ROOT, XDG_DATA_HOME } = process.env;
  if (MINIDOCKER_ROOT) return MINIDOCKER_ROOT;
  if (process.getuid?.() === 0) return '/var/lib/minidocker';
  return join(XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'minidocker');
}

/** The process whose network namespace the caller is in, for programs that must run there; undefined for our own. */
export function namespacePid(caller: Caller): number | undefined {
  return 'pid' in caller && typeof caller.pid === 'number' ? caller.pid : undefined;
}

/**
 * The rules for what the books say, made by nft(8) or, where there is none, by iptables(8). The books come first: what
 * stands in them is what the rules are made of, whenever they have to be made anew.
 */
import type { Caller } from '../kernel/caller.ts';
import type { Firewall, NetworkContext } from './context.ts';
import { listNetworks, type Network } from './definitions.ts';
import { hasChains, removeChains, replaceChains } from './iptables.ts';
import { allLeases, isAlive, type Lease } from './leases.ts';
import * as nat from './nat.ts';
import { isNftInstalled, NftError } from './nft.ts';
import { publicationsOf } from './publications.ts';
import { withLock } from './store.ts';
import { isUsed } from './users.ts';

const found = new WeakMap<Caller, Firewall>();

/** Which of the two makes the rules here. */
export function firewallOf({ firewall, caller }: NetworkContext): Firewall {
  const known = firewall ?? found.get(caller);
  if (known) return known;
  const chosen = isNftInstalled(caller) ? 'nft' : 'iptables';
  found.set(caller, chosen);
  return chosen;
}

const isNft = (context: NetworkContext): boolean => firewallOf(context) === 'nft';

/** Lets a network in, which somebody uses. */
export const admitNetwork = (context: NetworkContext, network: Network): void =>
  isNft(context) ? nat.addNetworkRules(context, network) : rebuildRules(context);

/** Takes a network out, which nobody uses any more. */
export const dismissNetwork = (context: NetworkContext, network: Network): void =>
  isNft(context) ? nat.removeNetworkRules(context, network) : rebuildRules(context);

/** Opens the ports that the books have for a container. */
export function openPorts(context: NetworkContext, lease: Lease): void {
  try {
    if (isNft(context)) nat.addPortRules(context, publicationsOf(lease));
    else rebuildRules(context);
  } catch (error) {
    // The books say that it is ours, so that a rule which is in the way belongs to somebody dead.
    if (!(error instanceof NftError && error.taken)) throw error;
    rebuildRules(context);
  }
}

/** Closes ports that the books do not have any more. */
export function closePorts(context: NetworkContext, lease: Lease): void {
  if (lease.ports.length === 0) return;
  if (isNft(context)) nat.removePortRules(context, publicationsOf(lease));
  else rebuildRules(context);
}

/** Makes all rules anew from the books. */
export function rebuildRules(context: NetworkContext): void {
  withLock(context, () => {
    const networks = listNetworks(context).filter(({ name }) => isUsed(context, name));
    // Where nobody uses a network there is nothing to make: an empty table would be left for ever.
    if (networks.length === 0) {
      removeRules(context);
      return;
    }
    const publications = allLeases(context).filter(isAlive).flatMap(publicationsOf);
    if (isNft(context)) nat.replaceTable(context, networks, publications);
    else replaceChains(context, networks, publications);
  });
}

/** Removes every rule of ours. @returns whether there were any */
export const removeRules = (context: NetworkContext): boolean =>
  isNft(context) ? nat.removeTable(context) : removeChains(context);

/** Where our rules are: "nft table inet minidocker0"; undefined when there are none. */
export function rulesPlace(context: NetworkContext): string | undefined {
  if (!isNft(context)) return hasChains(context) ? `iptables chains ${context.bridge}-…` : undefined;
  return nat.hasTable(context) ? `nft table inet ${context.bridge}` : undefined;
}

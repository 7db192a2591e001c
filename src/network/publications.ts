/** From the ports in leases to the rules in the table: which address of a container each port leads to. */
import type { NetworkContext } from './context.ts';
import { listNetworks } from './definitions.ts';
import { allLeases, isAlive, type Lease } from './leases.ts';
import { addPortRules, type Publication, replaceTable } from './nat.ts';
import { NftError } from './nft.ts';
import { withLock } from './store.ts';

/** A port on every address of the host leads to the container's IPv4 address, and to its IPv6 address if it has one. */
export function publicationsOf(lease: Lease): Publication[] {
  return lease.ports.flatMap((port) => {
    const wanted = port.ip === undefined ? [4, 6] : [port.ip.includes(':') ? 6 : 4];
    const targets = wanted.map((family) => (family === 4 ? lease.address : lease.address6));
    return targets.flatMap((to) => (to === undefined ? [] : [{ ...port, to }]));
  });
}

/** Opens the ports of a lease. */
export function openPorts(context: NetworkContext, lease: Lease): void {
  try {
    addPortRules(context, publicationsOf(lease));
  } catch (error) {
    // The lease is ours, so that a rule which is in the way belongs to somebody dead.
    if (!(error instanceof NftError && error.taken)) throw error;
    rebuildRules(context);
  }
}

/** Writes the table anew from what the files say. */
export function rebuildRules(context: NetworkContext): void {
  withLock(context, () => {
    const publications = allLeases(context).filter(isAlive).flatMap(publicationsOf);
    replaceTable(context, listNetworks(context), publications);
  });
}

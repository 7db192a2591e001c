/** Removing networks, and putting right what a crash or kill -9 left: leases, ports and links of the dead. */
import { UsageError } from '../kernel/errors.ts';
import { removeBridge } from './bridge.ts';
import type { NetworkContext } from './context.ts';
import { DEFAULT_NETWORK, inspectNetwork, listNetworks, type Network } from './definitions.ts';
import { dismissNetwork, rebuildRules } from './firewall.ts';
import { leaveDead, removeIdle } from './idle.ts';
import { type Lease, releaseDead } from './leases.ts';
import { hostLinkName } from './names.ts';
import { deleteLink } from './netlink/links.ts';
import { removeStored, withLock } from './store.ts';
import { livingUsers } from './users.ts';

/** Removes a network: its bridge, its rules, its file. @throws UsageError when containers are on it */
export function removeNetwork(context: NetworkContext, name: string): Network {
  const network = inspectNetwork(context, name);
  if (network.name === DEFAULT_NETWORK)
    throw new UsageError(`network "${DEFAULT_NETWORK}" is always there and cannot be removed`);
  return withLock(context, () => {
    const users = livingUsers(context, network.name);
    if (users.length > 0)
      throw new UsageError(`network "${network.name}" is in use by ${users.join(', ')}`, {
        remedy: 'stop or disconnect them first',
      });
    removeBridge(context, network);
    dismissNetwork(context, network);
    removeStored(context, network.name);
    return network;
  });
}

/** Removes every network that no living container is on, but the default one. @returns their names */
export function pruneNetworks(context: NetworkContext): string[] {
  const unused = listNetworks(context).filter(
    ({ name }) => name !== DEFAULT_NETWORK && livingUsers(context, name).length === 0,
  );
  const removed = unused.map(({ name }) => removeNetwork(context, name).name);
  removeIdle(context);
  return removed;
}

/**
 * Frees what dead containers hold: bridges, addresses, published ports, and cables of a network namespace that somebody else
 * keeps (all others the kernel has taken away). @returns their leases
 */
export function reconcile(context: NetworkContext): Lease[] {
  const dead = releaseDead(context, (lease) => {
    deleteLink(context.caller, hostLinkName(context, lease.container, lease.network));
  });
  if (dead.some((lease) => lease.ports.length > 0)) rebuildRules(context);
  leaveDead(context);
  return dead;
}

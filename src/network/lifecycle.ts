/** Removing networks, and putting right what a crash or kill -9 left: leases, ports and links of the dead. */
import { UsageError } from '../kernel/errors.ts';
import { removeBridge } from './bridge.ts';
import type { NetworkContext } from './context.ts';
import { DEFAULT_NETWORK, inspectNetwork, listNetworks, type Network } from './definitions.ts';
import { dismissNetwork, rebuildRules, removeRules } from './firewall.ts';
import { isAlive, type Lease, leasesOf, releaseDead } from './leases.ts';
import { hostLinkName } from './names.ts';
import { deleteLink, links } from './netlink/links.ts';
import { removeStored, withLock } from './store.ts';

/** Removes a network: its bridge, its rules, its file. @throws UsageError when containers are on it */
export function removeNetwork(context: NetworkContext, name: string): Network {
  const network = inspectNetwork(context, name);
  if (network.name === DEFAULT_NETWORK)
    throw new UsageError(`network "${DEFAULT_NETWORK}" is always there and cannot be removed`);
  return withLock(context, () => {
    const users = leasesOf(context, network.name).filter(isAlive);
    if (users.length > 0)
      throw new UsageError(`network "${network.name}" is in use by ${users.map((it) => it.container).join(', ')}`, {
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
    ({ name }) => name !== DEFAULT_NETWORK && !leasesOf(context, name).some(isAlive),
  );
  return unused.map(({ name }) => removeNetwork(context, name).name);
}

/**
 * Frees what dead containers hold: addresses, published ports, and cables of a network namespace that somebody else
 * keeps (all others the kernel has taken away). @returns their leases
 */
export function reconcile(context: NetworkContext): Lease[] {
  const dead = releaseDead(context, (lease) => {
    deleteLink(context.caller, hostLinkName(context, lease.container, lease.network));
  });
  if (dead.some((lease) => lease.ports.length > 0)) rebuildRules(context);
  return dead;
}

/**
 * Takes away the bridges that no link is on, and the table when no bridge is left: the host is as it was before the
 * first container. Definitions stay. @returns names of the networks that were idle
 */
export function removeIdle(context: NetworkContext): string[] {
  return withLock(context, () => {
    const present = links(context.caller);
    const isIdle = ({ bridge }: Network): boolean => {
      const index = present.find((link) => link.name === bridge)?.index;
      return index === undefined || !present.some((link) => link.master === index);
    };
    const networks = listNetworks(context);
    const idle = networks.filter(isIdle);
    const removed = idle.filter((network) => removeBridge(context, network));
    if (idle.length === networks.length) removeRules(context);
    else for (const network of removed) dismissNetwork(context, network);
    return removed.map((network) => network.name);
  });
}

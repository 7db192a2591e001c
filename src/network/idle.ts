/**
 * A network that nobody uses needs no bridge and no rules, and has none: after its last container the host is as it
 * was before the first.
 */
import { removeBridge, removeBridgeAside } from './bridge.ts';
import type { NetworkContext } from './context.ts';
import { listNetworks, type Network } from './definitions.ts';
import { dismissNetwork, removeRules } from './firewall.ts';
import { returnSettings } from './host-settings.ts';
import { findLink } from './netlink/links.ts';
import { withLock } from './store.ts';
import { dropUser, hasDeadUsers, isUsed } from './users.ts';

/** A container does not use the network any more; if it was the last, bridge and rules go. */
export function leaveNetwork(context: NetworkContext, network: Network, container: string): void {
  withLock(context, (lock) => {
    if (dropUser(context, network.name, container)) return;
    removeBridgeAside(context, network, lock);
    dismiss(context, network);
  });
}

/** Takes away what dead containers were the last to use. */
export function leaveDead(context: NetworkContext): void {
  for (const network of listNetworks(context))
    if (hasDeadUsers(context, network.name))
      withLock(context, () => {
        if (dropUser(context, network.name)) return;
        removeBridge(context, network);
        dismiss(context, network);
      });
}

/** Takes away every bridge that nobody uses, and the rules. @returns names of the networks that had one */
export function removeIdle(context: NetworkContext): string[] {
  return withLock(context, () => {
    const idle = listNetworks(context).filter(({ name }) => !isUsed(context, name));
    const removed = idle.filter((network) => findLink(context.caller, network.bridge));
    for (const network of removed) {
      removeBridge(context, network);
      dismiss(context, network);
    }
    if (removed.length === 0 && idle.length === listNetworks(context).length) leaveHost(context);
    return removed.map((network) => network.name);
  });
}

function dismiss(context: NetworkContext, network: Network): void {
  const isLast = listNetworks(context).every(({ name }) => !isUsed(context, name));
  if (isLast) leaveHost(context);
  else dismissNetwork(context, network);
}

/** No network is used any more. */
function leaveHost(context: NetworkContext): void {
  removeRules(context);
  returnSettings(context);
}

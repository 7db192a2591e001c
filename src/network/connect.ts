/**
 * Connects a container to a network, wire by wire: a cable (veth) to the bridge, an address, a way out, published
 * ports. The steps of a container do these one at a time; `connect` does them at once, for a container that runs.
 */
import type { Caller } from '../kernel/caller.ts';
import { isRefusal } from '../kernel/errors.ts';
import { parseAddress, parseSubnet } from './address.ts';
import { ensureBridge } from './bridge.ts';
import type { NetworkContext } from './context.ts';
import type { Network } from './definitions.ts';
import { admitNetwork, closePorts, openPorts, rebuildRules } from './firewall.ts';
import { leaveNetwork } from './idle.ts';
import { allocate, claimPorts, dropPorts, findLease, type Lease, type LeaseRequest, release } from './leases.ts';
import { hostLinkName } from './names.ts';
import { addAddress } from './netlink/addresses.ts';
import { forgetUdp } from './netlink/conntrack.ts';
import { addVeth, changeLink, deleteLink, linkNamed } from './netlink/links.ts';
import { addRoute } from './netlink/routes.ts';
import type { PublishedPort } from './ports.ts';
import { withLock } from './store.ts';
import { ensureSysctl } from './sysctl.ts';
import { addUser } from './users.ts';

/** The container uses the network from now on: its bridge is there. */
export function joinNetwork(context: NetworkContext, network: Network, container: string, pid: number): void {
  withLock(context, () => {
    addUser(context, network.name, container, pid);
    ensureBridge(context, network);
  });
}

/** Lets the network into the rules; nothing happens where it is in them. */
export const admit = (context: NetworkContext, network: Network): void =>
  withLock(context, () => admitNetwork(context, network));

/** One end of the cable is on the bridge, the other in the network namespace of process `pid`, as link `link`. */
export function layCable(
  context: NetworkContext,
  network: Network,
  container: string,
  pid: number,
  link: string,
): void {
  const { mtu } = linkNamed(context.caller, network.bridge);
  const name = hostLinkName(context, container, network.name);
  withLock(context, () => {
    // What an earlier process of this container held: tidying it away must not take our cable, which has the same name.
    const earlier = release(context, network.name, container);
    if (earlier) closePorts(context, earlier);
    const settings = { master: network.bridge, up: true, mtu };
    const lay = (): void => addVeth(context.caller, name, { name: link, namespacePid: pid, mtu }, settings);
    // A process of this container that ended a moment ago: the kernel is still about to take its cable away.
    if (!unlessThere(lay)) {
      deleteLink(context.caller, name);
      lay();
    }
  });
  // A container that calls its own published port: the host may switch its packets and not route them (br_netfilter).
  changeLink(context.caller, name, { hairpin: true });
}

/** Takes the cable away, both ends. @returns whether there was one */
export const removeCable = (context: NetworkContext, network: Network, container: string): boolean =>
  deleteLink(context.caller, hostLinkName(context, container, network.name));

/** Gives a container its addresses on a network, in the books. */
export function takeAddress(context: NetworkContext, network: Network, request: LeaseRequest): Lease {
  const { lease, displaced } = allocate(context, network, request);
  // Ports of a dead container must not lead to whoever has its address now.
  if (displaced.some((it) => it.ports.length > 0)) rebuildRules(context);
  return lease;
}

/** Gives the inner end its hardware address and its addresses, and brings it up. */
export function configureLink(inside: Caller, link: string, network: Network, lease: Lease): void {
  changeLink(inside, link, { mac: lease.mac, up: true });
  addAddress(inside, link, parseAddress(lease.address), parseSubnet(network.subnet).bits);
  if (lease.address6 === undefined || network.subnet6 === undefined) return;
  ensureSysctl(inside, `net/ipv6/conf/${link}/disable_ipv6`, '0');
  addAddress(inside, link, parseAddress(lease.address6), parseSubnet(network.subnet6).bits);
}

/** Everything that is not on the link goes to the gateway; an internal network has no way out. The first default route stays. */
export function addDefaultRoutes(inside: Caller, network: Network): void {
  if (network.internal) return;
  for (const gateway of [network.gateway, network.gateway6])
    if (gateway !== undefined) unlessThere(() => addRoute(inside, { via: parseAddress(gateway) }));
}

/** Publishes ports of a container. @returns its lease with the ports @throws UsageError when one is taken */
export function publish(context: NetworkContext, lease: Lease, ports: readonly PublishedPort[]): Lease {
  return withLock(context, () => {
    const claimed = claimPorts(context, lease, ports);
    openPorts(context, claimed);
    forgetUdp(context.caller, udpPortsOf(claimed));
    return claimed;
  });
}

/** Closes the ports of a container. */
export function unpublish(context: NetworkContext, lease: Lease): void {
  if (lease.ports.length === 0) return;
  withLock(context, () => {
    dropPorts(context, lease);
    closePorts(context, lease);
    forgetUdp(context.caller, udpPortsOf(lease));
  });
}

const udpPortsOf = (lease: Lease): number[] =>
  lease.ports.flatMap((port) => (port.protocol === 'udp' ? [port.hostPort] : []));

/** A container, and how it is to be connected. */
export interface Connection extends LeaseRequest {
  /** Name of the link inside, "eth0" … */
  readonly link: string;
  readonly ports?: readonly PublishedPort[];
}

/** All at once. `inside` makes the calls in the container's network namespace. Undoes what it did when it fails. */
export function connect(context: NetworkContext, inside: Caller, network: Network, connection: Connection): Lease {
  const { container, pid, link, ports = [] } = connection;
  try {
    joinNetwork(context, network, container, pid);
    admit(context, network);
    layCable(context, network, container, pid, link);
    const lease = takeAddress(context, network, connection);
    configureLink(inside, link, network, lease);
    addDefaultRoutes(inside, network);
    return ports.length > 0 ? publish(context, lease, ports) : lease;
  } catch (error) {
    disconnect(context, network, container);
    throw error;
  }
}

/** Takes a container off a network. @returns the lease it had */
export function disconnect(context: NetworkContext, network: Network, container: string): Lease | undefined {
  removeCable(context, network, container);
  const lease = findLease(context, network.name, container);
  if (lease) unpublish(context, lease);
  release(context, network.name, container);
  leaveNetwork(context, network, container);
  return lease;
}

/** @returns whether it was not there yet */
function unlessThere(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (!isRefusal(error, 'EEXIST')) throw error;
    return false;
  }
}

/**
 * The bridge of a network on the host's side: made when it is first needed, with the gateway's addresses, and the
 * settings that let packets through. bridge(8), the kernel's Documentation/networking/ip-sysctl.rst.
 */
import { createHash } from 'node:crypto';
import { type Caller, host } from '../kernel/caller.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { parseAddress, parseSubnet } from './address.ts';
import type { NetworkContext } from './context.ts';
import type { Network } from './definitions.ts';
import { borrowSetting } from './host-settings.ts';
import { addAddress } from './netlink/addresses.ts';
import { addBridge, deleteLink, deleteLinkAside, findLink, links, setUp } from './netlink/links.ts';
import { routes } from './netlink/routes.ts';
import { ensureSysctl, hasSysctl, readSysctl } from './sysctl.ts';

/** Of Ethernet, in bytes. */
const ORDINARY_MTU = 1500;

/** Makes sure that the bridge is there, up, and has its addresses; several may do so at once. */
export function ensureBridge(context: NetworkContext, network: Network): void {
  const { caller } = context;
  const { bridge, mtu } = network;
  const link = findLink(caller, bridge);
  if (link && link.kind !== 'bridge')
    throw new UsageError(`link "${bridge}" is there already and is no bridge`, {
      remedy: 'set MINIDOCKER_BRIDGE to another name',
    });
  if (link?.up) return;
  if (!link) {
    const settings = { mac: macOf(bridge), mtu: mtu ?? mtuOfWayOut(caller) };
    unlessThere(() => addBridge(caller, bridge, settings));
  }
  allowForwarding(context, network);
  giveAddresses(caller, network);
  // Last, so that a bridge that is up is a bridge that is ready.
  setUp(caller, bridge);
}

export const removeBridge = (context: NetworkContext, network: Network): boolean =>
  deleteLink(context.caller, network.bridge);

/** The same without waiting for it. @param lock is kept until it is done */
export function removeBridgeAside(context: NetworkContext, network: Network, lock: number): void {
  // The process that does it is made by us, and is in our own network namespace.
  if (context.caller === host) deleteLinkAside(network.bridge, [lock]);
  else removeBridge(context, network);
}

function giveAddresses(caller: Caller, { bridge, subnet, gateway, subnet6, gateway6 }: Network): void {
  unlessThere(() => addAddress(caller, bridge, parseAddress(gateway), parseSubnet(subnet).bits));
  if (subnet6 === undefined || gateway6 === undefined) return;
  // Off by default on some hosts; an address is refused then.
  ensureSysctl(caller, `net/ipv6/conf/${bridge}/disable_ipv6`, '0');
  unlessThere(() => addAddress(caller, bridge, parseAddress(gateway6), parseSubnet(subnet6).bits));
}

function allowForwarding(context: NetworkContext, { bridge, subnet6 }: Network): void {
  borrowSetting(context, 'net/ipv4/ip_forward', '1');
  // Lets 127.0.0.1:PORT of the host be sent into the bridge; our table keeps the way back shut.
  ensureSysctl(context.caller, `net/ipv4/conf/${bridge}/route_localnet`, '1');
  if (subnet6 !== undefined) allowForwarding6(context);
}

/** A host that forwards IPv6 forgets the default route its router told it (accept_ra 1); 2 means: keep it all the same. */
function allowForwarding6(context: NetworkContext): void {
  const { caller } = context;
  if (!hasSysctl(caller, 'net/ipv6/conf/all/forwarding'))
    throw new UsageError('this kernel has no IPv6', { remedy: 'make the network without --ipv6' });
  if (readSysctl(caller, 'net/ipv6/conf/all/forwarding') === '1') return;
  for (const name of ['all', 'default', ...links(caller).map((link) => link.name)]) {
    const setting = `net/ipv6/conf/${name}/accept_ra`;
    if (hasSysctl(caller, setting) && readSysctl(caller, setting) === '1') borrowSetting(context, setting, '2');
  }
  borrowSetting(context, 'net/ipv6/conf/all/forwarding', '1');
}

/** Packets that the host would have to cut or refuse (a tunnel, a cloud's network) are not made in the first place. */
function mtuOfWayOut(caller: Caller): number {
  const indexes = routes(caller).flatMap(({ to, link }) => (to.bits === 0 && link !== undefined ? [link] : []));
  const ways = links(caller).filter((link) => indexes.includes(link.index));
  return Math.min(ORDINARY_MTU, ...ways.map((link) => link.mtu));
}

/** A fixed address of its own, locally administered: else it is the lowest of its ports', and changes as they come and go. */
function macOf(bridge: string): string {
  const digits = createHash('sha256').update(bridge).digest('hex').slice(0, 8);
  return `02:42:${digits.replace(/..(?=.)/g, '$&:')}`;
}

function unlessThere(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!isRefusal(error, 'EEXIST')) throw error;
  }
}

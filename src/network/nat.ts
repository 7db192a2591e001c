/**
 * The firewall table of ours: address translation to the outside, published ports, and which network may talk to
 * which. The rules never change; what changes are the sets and maps they look into, so that a network or a published
 * port is one element, and everything is gone with one `nft delete table`. nft(8).
 */
import { asPlumbing } from '../kernel/trace.ts';
import type { NetworkContext } from './context.ts';
import type { Network } from './definitions.ts';
import { NftError, nft } from './nft.ts';
import type { PublishedPort } from './ports.ts';

/** A published port and where it leads. */
export interface Publication extends PublishedPort {
  /** The container's address, IPv4 or IPv6. */
  readonly to: string;
}

/** `table inet NAME { … }`, complete, with these networks and ports in it. A pure function: text to text. */
export function tableText(
  name: string,
  networks: readonly Network[],
  publications: readonly Publication[] = [],
): string {
  const elements = [...networks.flatMap(networkElements), ...publications.map(portElement)];
  return [TABLE.replaceAll('NAME', name), ...elements.map((it) => addElement(name, it))].join('\n');
}

const TABLE = `
table inet NAME {
  # every bridge of ours, those of internal networks, and each bridge beside itself
  set bridges { type ifname; }
  set internal { type ifname; }
  set within { type ifname . ifname; }
  # the subnets that may leave
  set leaving4 { type ipv4_addr; flags interval; }
  set leaving6 { type ipv6_addr; flags interval; }
  # published ports: on every address of the host, or on one
  map ports4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
  map ports6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
  map ports4at { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
  map ports6at { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }

  chain guard {
    type filter hook prerouting priority raw; policy accept;
    # 127.0.0.1 is routed into the bridges for published ports; nothing may come back that way
    iifname @bridges ip daddr 127.0.0.0/8 drop
  }
  chain arriving {
    type nat hook prerouting priority dstnat; policy accept;
    jump published
  }
  chain local {
    type nat hook output priority -100; policy accept;
    jump published
  }
  chain published {
    dnat ip to ip daddr . meta l4proto . th dport map @ports4at
    dnat ip6 to ip6 daddr . meta l4proto . th dport map @ports6at
    fib daddr type local dnat ip to meta l4proto . th dport map @ports4
    fib daddr type local ip6 daddr != ::1 dnat ip6 to meta l4proto . th dport map @ports6
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname . oifname @within accept
    iifname @internal drop
    oifname @internal drop
    ct state established,related accept
    oifname @bridges ct status dnat accept
    oifname @bridges drop
  }
  chain leaving {
    type nat hook postrouting priority srcnat; policy accept;
    # a container that comes back through a published port must see the answer come from there
    ip saddr @leaving4 oifname @bridges ct status dnat masquerade
    ip6 saddr @leaving6 oifname @bridges ct status dnat masquerade
    ip saddr 127.0.0.0/8 oifname @bridges masquerade
    oifname @bridges return
    ip saddr @leaving4 masquerade
    ip6 saddr @leaving6 masquerade
  }
}`;

/** One element of a set or map: where it goes, its key, and what the key leads to. */
interface Element {
  readonly set: string;
  readonly key: string;
  readonly value?: string;
}

function networkElements(network: Network): Element[] {
  const { bridge, internal, subnet, subnet6 } = network;
  const quoted = `"${bridge}"`;
  const subnets = [
    ...(subnet === undefined ? [] : [{ family: 4, subnet }]),
    ...(subnet6 === undefined ? [] : [{ family: 6, subnet: subnet6 }]),
  ];
  return [
    { set: 'bridges', key: quoted },
    { set: 'within', key: `${quoted} . ${quoted}` },
    ...(internal ? [{ set: 'internal', key: quoted }] : []),
    ...(internal ? [] : subnets.map((it) => ({ set: `leaving${it.family}`, key: it.subnet }))),
  ];
}

function portElement({ ip, protocol, hostPort, to, containerPort }: Publication): Element {
  const family = to.includes(':') ? 6 : 4;
  const key = `${protocol} . ${hostPort}`;
  const value = `${to} . ${containerPort}`;
  const everywhere = ip === undefined || ip === '0.0.0.0' || ip === '::';
  return everywhere ? { set: `ports${family}`, key, value } : { set: `ports${family}at`, key: `${ip} . ${key}`, value };
}

const addElement = (table: string, { set, key, value }: Element): string =>
  `add element inet ${table} ${set} { ${key}${value === undefined ? '' : ` : ${value}`} }`;

const deleteElement = (table: string, { set, key, value }: Element): string =>
  `delete element inet ${table} ${set} { ${key}${value === undefined ? '' : ` : ${value}`} }`;

/** Whether our table is there. */
export function hasTable(context: NetworkContext): boolean {
  try {
    asPlumbing(() => nft(context.caller, `list chain inet ${context.bridge} leaving`));
    return true;
  } catch (error) {
    if (error instanceof NftError && error.missing) return false;
    throw error;
  }
}

/** Puts the table in place of whatever it was, in one transaction: connections that are open stay open. */
export function replaceTable(
  context: NetworkContext,
  networks: readonly Network[],
  publications: readonly Publication[],
): void {
  const { bridge: name, caller } = context;
  nft(caller, `add table inet ${name}\ndelete table inet ${name}\n${tableText(name, networks, publications)}`);
}

/** Lets a network in: makes the table if there is none. Nothing happens when it is in already. */
export function addNetworkRules(context: NetworkContext, network: Network): void {
  const { bridge: name, caller } = context;
  const text = networkElements(network).map((it) => addElement(name, it));
  nft(caller, hasTable(context) ? text.join('\n') : tableText(name, [network]));
}

export const removeNetworkRules = (context: NetworkContext, network: Network): void =>
  removeElements(context, networkElements(network));

/** Opens published ports. @throws NftError `taken` when another container has one of them; then none is opened */
export function addPortRules(context: NetworkContext, publications: readonly Publication[]): void {
  if (publications.length === 0) return;
  nft(context.caller, publications.map((it) => addElement(context.bridge, portElement(it))).join('\n'));
}

export const removePortRules = (context: NetworkContext, publications: readonly Publication[]): void =>
  removeElements(context, publications.map(portElement));

/** Removes the whole table. @returns whether there was one */
export function removeTable(context: NetworkContext): boolean {
  return unlessMissing(() => nft(context.caller, `delete table inet ${context.bridge}`));
}

/** All in one transaction; where one is missing, those that are there. */
function removeElements(context: NetworkContext, elements: readonly Element[]): void {
  const lines = elements.map((it) => deleteElement(context.bridge, it));
  const remove = (commands: string): boolean => unlessMissing(() => nft(context.caller, commands));
  if (lines.length > 0 && !remove(lines.join('\n'))) for (const line of lines) remove(line);
}

function unlessMissing(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (error instanceof NftError && error.missing) return false;
    throw error;
  }
}

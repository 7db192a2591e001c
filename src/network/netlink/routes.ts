/** Routes. What `ip route` does. rtnetlink(7): RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE. */
import type { Caller } from '../../kernel/caller.ts';
import {
  type Address,
  AF,
  addressBytes,
  addressFromBytes,
  formatAddress,
  formatSubnet,
  type Subnet,
} from '../address.ts';
import { attribute, decodeAttributes, type Message, numberOf } from './codec.ts';
import { NLM_F, RT_SCOPE, RT_TABLE_MAIN, RTA, RTM, RTN, RTPROT } from './constants.ts';
import { linkNamed } from './links.ts';
import { withNetlink } from './socket.ts';

export interface Route {
  readonly family: 4 | 6;
  /** Where it leads; of 0 bits: everywhere (the default route). */
  readonly to: Subnet;
  /** The next router; undefined when the destination is on the link itself. */
  readonly via?: Address;
  /** Index of the link. */
  readonly link?: number;
  /** The source address that is preferred. */
  readonly source?: Address;
  readonly metric?: number;
  /** 254 is the main table, 255 the local one. */
  readonly table: number;
  /** 2: the kernel made it, 3: at boot, 4: by an administrator. */
  readonly protocol: number;
}

/** A route to be added: `to` absent is the default route. One of `via` and `dev` at least. */
export interface NewRoute {
  readonly to?: Subnet;
  readonly via?: Address;
  /** Name of the link. */
  readonly dev?: string;
}

/** All unicast routes of the main table in the caller's network namespace, both families. */
export function routes(caller: Caller): Route[] {
  const request = { type: RTM.GETROUTE, body: Buffer.alloc(12), what: [] };
  return withNetlink(caller, (socket) => socket.dump(request))
    .flatMap((message) => readRoute(message) ?? [])
    .filter((route) => route.table === RT_TABLE_MAIN);
}

export function addRoute(caller: Caller, route: NewRoute): void {
  send(caller, RTM.NEWROUTE, NLM_F.CREATE | NLM_F.EXCL, route);
}

export function deleteRoute(caller: Caller, route: NewRoute): void {
  send(caller, RTM.DELROUTE, 0, route);
}

function send(caller: Caller, type: number, flags: number, route: NewRoute): void {
  const { to, via, dev } = route;
  const family = to?.family ?? via?.family ?? 4;
  const link = dev === undefined ? undefined : linkNamed(caller, dev).index;
  const body = Buffer.concat([
    header(family, to?.bits ?? 0, via ? RT_SCOPE.UNIVERSE : RT_SCOPE.LINK),
    ...(to ? [attribute(RTA.DST, addressBytes({ family, value: to.base }))] : []),
    ...(via ? [attribute(RTA.GATEWAY, addressBytes(via))] : []),
    ...(link === undefined ? [] : [attribute(RTA.OIF, link)]),
  ]);
  withNetlink(caller, (socket) => socket.change({ type, flags, body, what: [describeRoute(route)] }));
}

/** As `ip route` writes it: "default via 172.18.0.1", "10.0.0.0/8 via 10.1.0.1 dev eth0". */
export function describeRoute({ to, via, dev }: NewRoute): string {
  const target = to === undefined || to.bits === 0 ? 'default' : formatSubnet(to);
  return `${target}${via ? ` via ${formatAddress(via)}` : ''}${dev ? ` dev ${dev}` : ''}`;
}

/** struct rtmsg: u8 family, dst bits, src bits, tos, table, protocol, scope, type; u32 flags. */
function header(family: 4 | 6, bits: number, scope: number): Buffer {
  return Buffer.from([AF[family], bits, 0, 0, RT_TABLE_MAIN, RTPROT.BOOT, scope, RTN.UNICAST, 0, 0, 0, 0]);
}

function readRoute(message: Message): Route | undefined {
  const [familyNumber, bits = 0, , , table = 0, protocol = 0, , type] = message.body;
  if (type !== RTN.UNICAST || (familyNumber !== AF[4] && familyNumber !== AF[6])) return undefined;
  const family = familyNumber === AF[4] ? 4 : 6;
  const attributes = decodeAttributes(message.body.subarray(12));
  const address = (type: number): Address | undefined => {
    const bytes = attributes.get(type);
    return bytes && addressFromBytes(bytes);
  };
  const via = address(RTA.GATEWAY);
  const source = address(RTA.PREFSRC);
  const link = numberOf(attributes.get(RTA.OIF));
  const metric = numberOf(attributes.get(RTA.PRIORITY));
  return {
    family,
    to: { family, base: address(RTA.DST)?.value ?? 0n, bits },
    ...(via ? { via } : {}),
    ...(link === undefined ? {} : { link }),
    ...(source ? { source } : {}),
    ...(metric === undefined ? {} : { metric }),
    table: numberOf(attributes.get(RTA.TABLE)) ?? table,
    protocol,
  };
}

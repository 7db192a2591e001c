/**
 * Connections that the kernel remembers. UDP has no beginning and no end: packets that keep coming are one connection,
 * and go on where the first one went, whatever the rules say since. So when a UDP port is published or closed, what is
 * remembered about it is forgotten. The kernel's <linux/netfilter/nfnetlink_conntrack.h>, conntrack(8).
 */
import type { Caller } from '../../kernel/caller.ts';
import { isRefusal } from '../../kernel/errors.ts';
import { AF } from '../address.ts';
import { attribute, decodeAttributes, type Message } from './codec.ts';
import { NETLINK_NETFILTER } from './constants.ts';
import { type NetlinkSocket, withNetlink } from './socket.ts';

/** Message types of the subsystem conntrack (1), and its attributes. */
const CT = { GET: 0x101, DELETE: 0x102 } as const;
const CTA = { TUPLE_ORIG: 1, ID: 12 } as const;
const CTA_TUPLE = { PROTO: 2 } as const;
const CTA_PROTO = { NUM: 1, DST_PORT: 3 } as const;
const UDP = 17;

/** Forgets every UDP connection to these ports of the host. @returns how many there were */
export function forgetUdp(caller: Caller, ports: readonly number[]): number {
  if (ports.length === 0) return 0;
  try {
    return withNetlink(caller, (socket) => forgetAll(socket, ports), NETLINK_NETFILTER);
  } catch (error) {
    // A kernel without this interface: nothing can be forgotten then, and after 30 silent seconds it is.
    if (isRefusal(error, 'EPROTONOSUPPORT', 'EINVAL', 'EOPNOTSUPP', 'ENOTSUP')) return 0;
    throw error;
  }
}

function forgetAll(socket: NetlinkSocket, ports: readonly number[]): number {
  const found = ([4, 6] as const).flatMap((family) =>
    socket.dump({ type: CT.GET, body: header(family), what: ['conntrack'] }),
  );
  return found.filter((it) => ports.includes(udpPortOf(it) ?? 0) && forget(socket, it)).length;
}

/** struct nfgenmsg: u8 family, u8 version, u16 resource. */
const header = (family: 4 | 6): Buffer => Buffer.from([AF[family], 0, 0, 0]);

/** The port that its first packet was sent to; undefined for another protocol. */
function udpPortOf(message: Message): number | undefined {
  const attributes = decodeAttributes(message.body.subarray(4));
  const tuple = decodeAttributes(attributes.get(CTA.TUPLE_ORIG) ?? Buffer.alloc(0));
  const protocol = decodeAttributes(tuple.get(CTA_TUPLE.PROTO) ?? Buffer.alloc(0));
  const port = protocol.get(CTA_PROTO.DST_PORT);
  return protocol.get(CTA_PROTO.NUM)?.[0] === UDP && port?.length === 2 ? port.readUInt16BE(0) : undefined;
}

function forget(socket: NetlinkSocket, message: Message): boolean {
  const attributes = decodeAttributes(message.body.subarray(4));
  const [tuple, id] = [attributes.get(CTA.TUPLE_ORIG), attributes.get(CTA.ID)];
  if (!tuple || !id) return false;
  const nested = 0x8000;
  const body = Buffer.concat([
    message.body.subarray(0, 4),
    attribute(CTA.TUPLE_ORIG | nested, tuple),
    attribute(CTA.ID, id),
  ]);
  try {
    socket.change({ type: CT.DELETE, body, what: ['conntrack'] });
    return true;
  } catch (error) {
    if (isRefusal(error, 'ENOENT')) return false;
    throw error;
  }
}

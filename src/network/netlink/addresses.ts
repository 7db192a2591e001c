/** Addresses of links. What `ip address` does. rtnetlink(7): RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR. */
import type { Caller } from '../../kernel/caller.ts';
import { type Address, AF, addressBytes, addressFromBytes, formatAddress, subnetOf, widthOf } from '../address.ts';
import { attribute, decodeAttributes, type Message, numberOf } from './codec.ts';
import { IFA, IFA_F_NODAD, IFA_F_TENTATIVE, NLM_F, RTM } from './constants.ts';
import { linkNamed } from './links.ts';
import { withNetlink } from './socket.ts';

export interface LinkAddress {
  /** Index of the link it is on. */
  readonly link: number;
  readonly address: Address;
  /** Length of the network part. */
  readonly bits: number;
  /** Duplicate address detection still runs: it cannot be used yet. */
  readonly tentative: boolean;
  /** 0 global, 253 link, 254 host. */
  readonly scope: number;
}

/** All addresses of the caller's network namespace, of both families. */
export function addresses(caller: Caller): LinkAddress[] {
  const request = { type: RTM.GETADDR, body: Buffer.alloc(8), what: [] };
  return withNetlink(caller, (socket) => socket.dump(request)).flatMap((message) => readAddress(message) ?? []);
}

/**
 * Gives a link an address; the route to the subnet comes with it. IPv6: usable at once (no duplicate address
 * detection), since we are who gives the addresses out.
 */
export function addAddress(caller: Caller, link: string, address: Address, bits: number): void {
  const bytes = addressBytes(address);
  const { index } = linkNamed(caller, link);
  const body = Buffer.concat([
    header(address, bits, index),
    attribute(IFA.LOCAL, bytes),
    ...(address.family === 4 && bits < 31 ? [attribute(IFA.BROADCAST, broadcastOf(address, bits))] : []),
    attribute(IFA.ADDRESS, bytes),
    ...(address.family === 6 ? [attribute(IFA.FLAGS, IFA_F_NODAD)] : []),
  ]);
  const what = [`${formatAddress(address)}/${bits}`, `dev ${link}`];
  withNetlink(caller, (socket) => socket.change({ type: RTM.NEWADDR, flags: NLM_F.CREATE | NLM_F.EXCL, body, what }));
}

export function deleteAddress(caller: Caller, link: string, address: Address, bits: number): void {
  const { index } = linkNamed(caller, link);
  const body = Buffer.concat([header(address, bits, index), attribute(IFA.LOCAL, addressBytes(address))]);
  const what = [`${formatAddress(address)}/${bits}`, `dev ${link}`];
  withNetlink(caller, (socket) => socket.change({ type: RTM.DELADDR, body, what }));
}

/** struct ifaddrmsg: u8 family, u8 prefix length, u8 flags, u8 scope, u32 index. */
function header(address: Address, bits: number, index: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt8(AF[address.family], 0);
  bytes.writeUInt8(bits, 1);
  bytes.writeUInt32LE(index, 4);
  return bytes;
}

function broadcastOf(address: Address, bits: number): Buffer {
  const { base } = subnetOf(address, bits);
  const hosts = (1n << BigInt(widthOf(address.family) - bits)) - 1n;
  return addressBytes({ family: address.family, value: base | hosts });
}

function readAddress(message: Message): LinkAddress | undefined {
  const attributes = decodeAttributes(message.body.subarray(8));
  const address = addressFromBytes(attributes.get(IFA.LOCAL) ?? attributes.get(IFA.ADDRESS) ?? Buffer.alloc(0));
  if (!address) return undefined;
  const flags = numberOf(attributes.get(IFA.FLAGS)) ?? message.body.readUInt8(2);
  return {
    link: message.body.readUInt32LE(4),
    address,
    bits: message.body.readUInt8(1),
    tentative: (flags & IFA_F_TENTATIVE) !== 0,
    scope: message.body.readUInt8(3),
  };
}

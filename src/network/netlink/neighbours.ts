/** Neighbours: which hardware address an IP address was last seen at. What `ip neigh` shows. rtnetlink(7), arp(7). */
import type { Caller } from '../../kernel/caller.ts';
import { type Address, addressFromBytes } from '../address.ts';
import { decodeAttributes, type Message } from './codec.ts';
import { NDA, NUD, RTM } from './constants.ts';
import { withNetlink } from './socket.ts';

export interface Neighbour {
  /** Index of the link it is reached by. */
  readonly link: number;
  readonly address: Address;
  /** Undefined while it is not known. */
  readonly mac?: string;
  /** "REACHABLE", "STALE", "FAILED" … */
  readonly state: string;
}

/** The neighbour tables of the caller's network namespace; entries of links that need none are left out. */
export function neighbours(caller: Caller): Neighbour[] {
  const request = { type: RTM.GETNEIGH, body: Buffer.alloc(12), what: [] };
  return withNetlink(caller, (socket) => socket.dump(request)).flatMap((message) => readNeighbour(message) ?? []);
}

/** struct ndmsg: u8 family, three bytes of padding, i32 index, u16 state, u8 flags, u8 type. */
function readNeighbour(message: Message): Neighbour | undefined {
  const attributes = decodeAttributes(message.body.subarray(12));
  const address = addressFromBytes(attributes.get(NDA.DST) ?? Buffer.alloc(0));
  const state = message.body.readUInt16LE(8);
  if (!address || state & NUD.NOARP) return undefined;
  const mac = attributes
    .get(NDA.LLADDR)
    ?.toString('hex')
    .replace(/..(?=.)/g, '$&:');
  return {
    link: message.body.readInt32LE(4),
    address,
    ...(mac === undefined ? {} : { mac }),
    state: Object.entries(NUD).find(([, bit]) => state & bit)?.[0] ?? 'NONE',
  };
}

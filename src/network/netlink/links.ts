/**
 * Network devices: list, make (bridge, veth pair), change, delete. What `ip link` does. rtnetlink(7), veth(4), bridge(8).
 */
import { BlankProcess } from '../../kernel/blank-process.ts';
import type { Caller } from '../../kernel/caller.ts';
import { SyscallError } from '../../kernel/errors.ts';
import { attribute, decodeAttributes, encodeMessage, type Message, numberOf, textOf } from './codec.ts';
import {
  AF_NETLINK,
  IFF,
  IFLA,
  IFLA_BRPORT_MODE,
  IFLA_INFO,
  NETLINK_ROUTE,
  NLM_F,
  RTM,
  SOCK_RAW,
  VETH_INFO_PEER,
} from './constants.ts';
import { withNetlink } from './socket.ts';

/** struct rtnl_link_stats64: what went through, in packets and bytes. */
export interface LinkCounters {
  readonly receivedPackets: number;
  readonly sentPackets: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly receiveErrors: number;
  readonly sendErrors: number;
  readonly receiveDropped: number;
  readonly sendDropped: number;
}

export interface Link {
  readonly index: number;
  readonly name: string;
  /** "bridge", "veth" …; undefined for hardware and the loopback. */
  readonly kind?: string;
  readonly up: boolean;
  readonly running: boolean;
  readonly loopback: boolean;
  /** In bytes. */
  readonly mtu: number;
  /** As "02:42:ac:11:00:02". */
  readonly mac: string;
  /** Index of the bridge it is a port of. */
  readonly master?: number;
  /** Index of the other end of a veth, which may be a link of another namespace. */
  readonly peer?: number;
  readonly counters: LinkCounters;
}

/** What a link can be given; what is absent stays as it is. */
export interface LinkSettings {
  readonly up?: boolean;
  readonly mtu?: number;
  readonly mac?: string;
  readonly name?: string;
  /** Name of the bridge it becomes a port of; null takes it off its bridge. */
  readonly master?: string | null;
  /** A port of a bridge: a frame may leave by it that came in by it. */
  readonly hairpin?: boolean;
  /** Moves it into the network namespace of this process. */
  readonly namespacePid?: number;
}

/** All links of the caller's network namespace. */
export function links(caller: Caller): Link[] {
  const request = { type: RTM.GETLINK, body: header(0), what: [] };
  return withNetlink(caller, (socket) => socket.dump(request)).map(readLink);
}

/** One link by name; undefined when there is none of that name. */
export function findLink(caller: Caller, name: string): Link | undefined {
  const request = { type: RTM.GETLINK, body: Buffer.concat([header(0), attribute(IFLA.IFNAME, name)]), what: [name] };
  try {
    return readLink(withNetlink(caller, (socket) => socket.get(request)));
  } catch (error) {
    if (error instanceof SyscallError && error.code === 'ENODEV') return undefined;
    throw error;
  }
}

/** One link by name. @throws SyscallError ENODEV when there is none. */
export function linkNamed(caller: Caller, name: string): Link {
  const link = findLink(caller, name);
  if (!link) throw new SyscallError('RTM_GETLINK', [name], 19);
  return link;
}

/** Makes a bridge, a switch in software. Its address is fixed, else it changes with every port that comes and goes. */
export function addBridge(caller: Caller, name: string, settings: LinkSettings = {}): void {
  newLink(caller, name, settings, [attribute(IFLA_INFO.KIND, 'bridge')], ['kind bridge']);
}

/**
 * Makes a veth pair, a cable with two ends. The peer is made in its namespace at once: it is never a link of ours.
 * It is down at first: an end cannot go up before the other is there.
 */
export function addVeth(
  caller: Caller,
  name: string,
  peer: Omit<LinkSettings, 'up'> & { readonly name: string },
  settings: LinkSettings = {},
): void {
  const peerMessage = Buffer.concat([header(0), ...attributesOf(caller, peer)]);
  const info = [attribute(IFLA_INFO.KIND, 'veth'), attribute(IFLA_INFO.DATA, [attribute(VETH_INFO_PEER, peerMessage)])];
  newLink(caller, name, settings, info, ['kind veth', `peer ${describe(peer)}`]);
}

function newLink(caller: Caller, name: string, settings: LinkSettings, info: Buffer[], what: string[]): void {
  const body = Buffer.concat([
    header(0, settings.up),
    ...attributesOf(caller, { ...settings, name }),
    attribute(IFLA.LINKINFO, info),
  ]);
  const request = {
    type: RTM.NEWLINK,
    flags: NLM_F.CREATE | NLM_F.EXCL,
    body,
    what: [describe({ ...settings, name }), ...what],
  };
  withNetlink(caller, (socket) => socket.change(request));
}

/** Changes a link: up or down, MTU, address, name, bridge, namespace. */
export function changeLink(caller: Caller, name: string, settings: LinkSettings): void {
  // The kernel finds it by its name, or by its index where the name is what changes.
  const index = settings.name === undefined ? 0 : linkNamed(caller, name).index;
  const body = Buffer.concat([header(index, settings.up), ...attributesOf(caller, { name, ...settings })]);
  withNetlink(caller, (socket) => socket.change({ type: RTM.NEWLINK, body, what: [name, describe(settings)] }));
}

export const setUp = (caller: Caller, name: string): void => changeLink(caller, name, { up: true });

/** Deletes a link. A veth takes its peer with it, in whatever namespace that is. @returns whether there was one */
export function deleteLink(caller: Caller, name: string): boolean {
  const body = Buffer.concat([header(0), attribute(IFLA.IFNAME, name)]);
  try {
    withNetlink(caller, (socket) => socket.change({ type: RTM.DELLINK, body, what: [name] }));
    return true;
  } catch (error) {
    if (error instanceof SyscallError && error.code === 'ENODEV') return false;
    throw error;
  }
}

/**
 * The same, by a process of its own for which nobody waits: before it comes back from such a call, the kernel lets a
 * twentieth of a second pass until nobody looks at the link any more.
 * @param keep descriptors that it holds until it is done
 */
export function deleteLinkAside(name: string, keep: readonly number[]): void {
  const process = BlankProcess.spawn({ dieWithParent: false, keep });
  const fd = process.call('socket', AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  const body = Buffer.concat([header(0), attribute(IFLA.IFNAME, name)]);
  const message = encodeMessage({ type: RTM.DELLINK, flags: NLM_F.REQUEST, sequence: 1, body });
  process.leaveWith([
    { name: 'sendto', args: [fd, message, message.length, 0, null, 0], mayFail: true },
    { name: 'exit_group', args: [0] },
  ]);
}

/** struct ifinfomsg: u8 family, u8 pad, u16 type, i32 index, u32 flags, u32 change mask. */
function header(index: number, up?: boolean): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeInt32LE(index, 4);
  bytes.writeUInt32LE(up ? IFF.UP : 0, 8);
  bytes.writeUInt32LE(up === undefined ? 0 : IFF.UP, 12);
  return bytes;
}

function attributesOf(caller: Caller, settings: LinkSettings): Buffer[] {
  const { name, mtu, mac, master, hairpin, namespacePid } = settings;
  const masterIndex = master ? linkNamed(caller, master).index : 0;
  return [
    ...(name === undefined ? [] : [attribute(IFLA.IFNAME, name)]),
    ...(mtu === undefined ? [] : [attribute(IFLA.MTU, mtu)]),
    ...(mac === undefined ? [] : [attribute(IFLA.ADDRESS, macBytes(mac))]),
    ...(master === undefined ? [] : [attribute(IFLA.MASTER, masterIndex)]),
    ...(hairpin === undefined ? [] : [portOf('bridge', attribute(IFLA_BRPORT_MODE, Buffer.from([Number(hairpin)])))]),
    ...(namespacePid === undefined ? [] : [attribute(IFLA.NET_NS_PID, namespacePid)]),
  ];
}

/** Settings that a link has as the port of another. */
function portOf(kind: string, setting: Buffer): Buffer {
  return attribute(IFLA.LINKINFO, [attribute(IFLA_INFO.SLAVE_KIND, kind), attribute(IFLA_INFO.SLAVE_DATA, [setting])]);
}

function describe(settings: LinkSettings): string {
  const { up, name, namespacePid, ...rest } = settings;
  const words = Object.entries(rest).map(([key, value]) => `${key} ${value}`);
  if (name !== undefined) words.unshift(name);
  if (up !== undefined) words.push(up ? 'up' : 'down');
  if (namespacePid !== undefined) words.push(`in the namespace of ${namespacePid}`);
  return words.join(' ');
}

function readLink(message: Message): Link {
  const attributes = decodeAttributes(message.body.subarray(16));
  const flags = message.body.readUInt32LE(8);
  const info = decodeAttributes(attributes.get(IFLA.LINKINFO) ?? Buffer.alloc(0));
  const kind = textOf(info.get(IFLA_INFO.KIND));
  const master = numberOf(attributes.get(IFLA.MASTER));
  const peer = numberOf(attributes.get(IFLA.LINK));
  return {
    index: message.body.readInt32LE(4),
    name: textOf(attributes.get(IFLA.IFNAME)) ?? '',
    ...(kind === undefined ? {} : { kind }),
    up: (flags & IFF.UP) !== 0,
    running: (flags & IFF.RUNNING) !== 0,
    loopback: (flags & IFF.LOOPBACK) !== 0,
    mtu: numberOf(attributes.get(IFLA.MTU)) ?? 0,
    mac: (attributes.get(IFLA.ADDRESS) ?? Buffer.alloc(0)).toString('hex').replace(/..(?=.)/g, '$&:'),
    ...(master ? { master } : {}),
    ...(peer ? { peer } : {}),
    counters: readCounters(attributes.get(IFLA.STATS64) ?? Buffer.alloc(64)),
  };
}

function readCounters(bytes: Buffer): LinkCounters {
  const at = (index: number): number => Number(bytes.readBigUInt64LE(index * 8));
  return {
    receivedPackets: at(0),
    sentPackets: at(1),
    receivedBytes: at(2),
    sentBytes: at(3),
    receiveErrors: at(4),
    sendErrors: at(5),
    receiveDropped: at(6),
    sendDropped: at(7),
  };
}

function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}

/**
 * Addresses and subnets as numbers, IPv4 and IPv6 alike: an address is its family and one big integer, a subnet an
 * address and the number of bits that do not change in it (CIDR, RFC 4632). Text of IPv6 follows RFC 5952.
 */
import { isIP } from 'node:net';
import { UsageError } from '../kernel/errors.ts';

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export interface Subnet {
  readonly family: 4 | 6;
  /** The first address: every host bit is 0. */
  readonly base: bigint;
  readonly bits: number;
}

/** AF_INET and AF_INET6, by family. */
export const AF = { 4: 2, 6: 10 } as const;

export const widthOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);

/** Reads an address; undefined when the text is none. */
export function tryAddress(text: string): Address | undefined {
  const family = isIP(text);
  if (family === 0 || text.includes('%')) return undefined;
  return family === 4 ? { family, value: ipv4Value(text) } : { family: 6, value: ipv6Value(text) };
}

/** @throws UsageError when the text is no address. */
export function parseAddress(text: string): Address {
  const address = tryAddress(text);
  if (!address)
    throw new UsageError(`"${text}" is not an IP address`, { remedy: 'write one like 172.18.0.5 or fd00::5' });
  return address;
}

function ipv4Value(text: string): bigint {
  return text.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function ipv6Value(text: string): bigint {
  // A tail in IPv4 notation, as in ::ffff:10.0.0.1, is two groups.
  const tail = /[\d.]+$/.exec(text)?.[0] ?? '';
  const plain = tail.includes('.')
    ? text.slice(0, -tail.length) +
      [ipv4Value(tail) >> 16n, ipv4Value(tail) & 0xffffn].map((it) => it.toString(16)).join(':')
    : text;
  const [left = '', right] = plain.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const head = groups(left);
  const end = right === undefined ? [] : groups(right);
  const zeros = Array<string>(8 - head.length - end.length).fill('0');
  return [...head, ...zeros, ...end].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

export function formatAddress(address: Address): string {
  return address.family === 4 ? formatIpv4(address.value) : formatIpv6(address.value);
}

function formatIpv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
}

function formatIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, at) => ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
  // The longest run of two or more zero groups (the first of equals) becomes "::".
  let run = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === '0') length++;
    if (length > run.length) run = { start, length };
  }
  if (run.length < 2) return groups.join(':');
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.length).join(':')}`;
}

/** The address in network byte order, as it stands in packets and netlink messages. */
export function addressBytes(address: Address): Buffer {
  return Buffer.from(address.value.toString(16).padStart(widthOf(address.family) / 4, '0'), 'hex');
}

/** The reverse of addressBytes; undefined when there are not four or sixteen bytes. */
export function addressFromBytes(bytes: Uint8Array): Address | undefined {
  if (bytes.length !== 4 && bytes.length !== 16) return undefined;
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { family: bytes.length === 4 ? 4 : 6, value };
}

/**
 * Reads "172.18.0.0/16". Host bits must be 0, so that a typing mistake is seen and not silently rounded.
 * @throws UsageError
 */
export function parseSubnet(text: string): Subnet {
  const [host = '', bitsText = ''] = text.split('/');
  const address = tryAddress(host);
  const bits = Number(bitsText);
  const remedy = 'write it like 172.18.0.0/16 or fd00:1::/64';
  if (!address || !/^\d{1,3}$/.test(bitsText) || bits > widthOf(address.family))
    throw new UsageError(`"${text}" is not a subnet`, { remedy });
  const subnet = subnetOf(address, bits);
  if (subnet.base !== address.value)
    throw new UsageError(`subnet "${text}" has host bits set`, { remedy: `did you mean ${formatSubnet(subnet)}?` });
  return subnet;
}

export function subnetOf(address: Address, bits: number): Subnet {
  const free = BigInt(widthOf(address.family) - bits);
  return { family: address.family, base: (address.value >> free) << free, bits };
}

export function formatSubnet(subnet: Subnet): string {
  return `${formatAddress({ family: subnet.family, value: subnet.base })}/${subnet.bits}`;
}

/** How many addresses the subnet has, network and broadcast address counted. */
export const sizeOf = (subnet: Subnet): bigint => 1n << BigInt(widthOf(subnet.family) - subnet.bits);

export function contains(subnet: Subnet, address: Address): boolean {
  return (
    subnet.family === address.family && address.value >= subnet.base && address.value < subnet.base + sizeOf(subnet)
  );
}

export function overlaps(one: Subnet, other: Subnet): boolean {
  if (one.family !== other.family) return false;
  return one.base < other.base + sizeOf(other) && other.base < one.base + sizeOf(one);
}

/** The n-th address of a subnet; 0 is the network itself. */
export const nth = (subnet: Subnet, n: bigint): Address => ({ family: subnet.family, value: subnet.base + n });

/** Which address of a network's subnets a container gets: the one it asks for, else the lowest that is free. */
import { UsageError } from '../kernel/errors.ts';
import { contains, formatAddress, nth, parseAddress, parseSubnet, type Subnet, sizeOf } from './address.ts';
import type { Network } from './definitions.ts';

export interface Used {
  readonly address: string;
  /** The container that has it. */
  readonly by: string;
}

export interface Wishes {
  readonly address?: string;
  readonly address6?: string;
}

/** An address of each family the network has; undefined where all are used. @throws UsageError for an impossible wish */
export function pickAddresses(network: Network, wishes: Wishes, used: readonly Used[]): Partial<Wishes> {
  const { subnet, subnet6, gateway, gateway6 } = network;
  if (wishes.address6 !== undefined && subnet6 === undefined)
    throw new UsageError(`network "${network.name}" has no IPv6 subnet for ${wishes.address6}`, {
      remedy: 'make one with network create --ipv6',
    });
  const all = [
    ...used,
    { address: gateway, by: 'the gateway' },
    ...(gateway6 === undefined ? [] : [{ address: gateway6, by: 'the gateway' }]),
  ];
  const address = pick(parseSubnet(subnet), network, wishes.address, all);
  const address6 = subnet6 === undefined ? undefined : pick(parseSubnet(subnet6), network, wishes.address6, all);
  return { ...(address ? { address } : {}), ...(address6 ? { address6 } : {}) };
}

function pick(subnet: Subnet, network: Network, wish: string | undefined, used: readonly Used[]): string | undefined {
  if (wish !== undefined) return checkWish(subnet, network, wish, used);
  const taken = new Set(used.map((it) => it.address));
  for (let n = 1n; n <= lastHost(subnet); n++) {
    const address = formatAddress(nth(subnet, n));
    if (!taken.has(address)) return address;
  }
  return undefined;
}

/** Address 0 is the network itself; of IPv4 the last one is everybody's (broadcast). */
const lastHost = (subnet: Subnet): bigint => sizeOf(subnet) - (subnet.family === 4 ? 2n : 1n);

function checkWish(subnet: Subnet, network: Network, wish: string, used: readonly Used[]): string {
  const address = parseAddress(wish);
  const n = address.value - subnet.base;
  if (!contains(subnet, address) || n === 0n || n > lastHost(subnet))
    throw new UsageError(`address ${wish} is not one of network "${network.name}"`, {
      remedy: `choose one of ${network.subnet}${network.subnet6 ? ` or ${network.subnet6}` : ''}`,
    });
  const text = formatAddress(address);
  const owner = used.find((it) => it.address === text);
  if (owner)
    throw new UsageError(`address ${wish} belongs to ${owner.by}`, { remedy: 'choose another, or leave it out' });
  return text;
}

/** 02:42 (locally administered) and the address: whoever gets the address next, the neighbours need to learn nothing. */
export function macFor(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return ['02', '42', ...bytes].join(':');
}

/** @throws UsageError when the text is not the address of one device */
export function parseMac(text: string): string {
  const lower = text.toLowerCase().replaceAll('-', ':');
  // The lowest bit of the first byte marks a group of devices.
  const single = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(lower) && (Number.parseInt(lower.slice(0, 2), 16) & 1) === 0;
  if (single && lower !== '00:00:00:00:00:00') return lower;
  throw new UsageError(`"${text}" is not a device's MAC address`, {
    remedy: 'write one like 02:42:ac:11:00:02, the second digit even',
  });
}

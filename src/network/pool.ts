/**
 * Which subnet a new network gets: the first of Docker's default pools that neither a network of ours nor a route of
 * the host (nor its name server) overlaps. For IPv6 a random one of the range for private use (RFC 4193).
 */
import { randomBytes } from 'node:crypto';
import type { Caller } from '../kernel/caller.ts';
import { UsageError } from '../kernel/errors.ts';
import { type Address, contains, formatSubnet, overlaps, parseSubnet, type Subnet, sizeOf } from './address.ts';
import { routes } from './netlink/routes.ts';

/** A range, and the size of the subnets that are cut from it. */
interface Pool {
  readonly range: string;
  readonly bits: number;
}

const POOLS: readonly Pool[] = [
  { range: '172.17.0.0/16', bits: 16 },
  { range: '172.18.0.0/16', bits: 16 },
  { range: '172.19.0.0/16', bits: 16 },
  { range: '172.20.0.0/14', bits: 16 },
  { range: '172.24.0.0/14', bits: 16 },
  { range: '172.28.0.0/14', bits: 16 },
  { range: '192.168.0.0/16', bits: 20 },
];

/** The candidates in order: 172.17.0.0/16 … 172.31.0.0/16, 192.168.0.0/20, 192.168.16.0/20 … */
export function* candidates(): Generator<Subnet> {
  for (const { range, bits } of POOLS) {
    const pool = parseSubnet(range);
    const end = pool.base + sizeOf(pool);
    for (let base = pool.base; base < end; ) {
      const subnet: Subnet = { family: 4, base, bits };
      yield subnet;
      base += sizeOf(subnet);
    }
  }
}

/** What the host has a route to, the default route apart (everything would be taken). */
export function routedSubnets(caller: Caller): Subnet[] {
  return routes(caller)
    .map((route) => route.to)
    .filter((subnet) => subnet.bits > 0);
}

/** The first free subnet. @throws UsageError when all are taken */
export function chooseSubnet(taken: readonly Subnet[], nameServers: readonly Address[] = []): Subnet {
  for (const subnet of candidates()) {
    if (taken.some((other) => overlaps(subnet, other))) continue;
    if (!nameServers.some((server) => contains(subnet, server))) return subnet;
  }
  throw new UsageError('every subnet of the default pools is taken', {
    remedy: 'name one with --subnet, or remove unused networks: network prune',
  });
}

/** A private IPv6 subnet: fd, 40 random bits, subnet number 0. */
export function randomSubnet6(): Subnet {
  return { family: 6, base: BigInt(`0xfd${randomBytes(5).toString('hex')}`) << 80n, bits: 64 };
}

/** @throws UsageError when the wished subnet overlaps one that is taken */
export function checkFree(subnet: Subnet, taken: readonly { subnet: Subnet; by: string }[]): void {
  const other = taken.find((it) => overlaps(subnet, it.subnet));
  if (other)
    throw new UsageError(`subnet ${formatSubnet(subnet)} overlaps ${formatSubnet(other.subnet)} of ${other.by}`, {
      remedy: 'choose another, or leave it out to get a free one',
    });
}

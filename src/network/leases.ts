/**
 * Which container has which address. A lease lives as long as the container's first process: it holds that process's
 * pid, start time and the boot it belongs to, so that what kill -9 or a crash left is seen to be dead. proc_pid_stat(5).
 */
import { UsageError } from '../kernel/errors.ts';
import { macFor, parseMac, pickAddresses } from './choose.ts';
import type { NetworkContext } from './context.ts';
import type { Network } from './definitions.ts';
import { type Holder, holderOf, holds } from './holder.ts';
import type { PublishedPort } from './ports.ts';
import { type Published, settlePorts } from './settle.ts';
import { readStored, storedNames, withLock, writeStored } from './store.ts';

export interface Lease {
  readonly container: string;
  readonly network: string;
  /** As "172.18.0.2". */
  readonly address: string;
  readonly address6?: string;
  readonly mac: string;
  /** Names it answers to on this network: host name, container name, aliases. */
  readonly names: readonly string[];
  readonly ports: readonly PublishedPort[];
  readonly holder: Holder;
}

export interface LeaseRequest {
  readonly container: string;
  /** The container's first process, blank or running. */
  readonly pid: number;
  readonly address?: string;
  readonly address6?: string;
  readonly mac?: string;
  readonly names?: readonly string[];
}

const FILE = 'leases.json';

/** The leases of one network, dead ones too. */
export function leasesOf(context: NetworkContext, network: string): Lease[] {
  return readStored<Lease[]>(context, network, FILE) ?? [];
}

export const findLease = (context: NetworkContext, network: string, container: string): Lease | undefined =>
  leasesOf(context, network).find((lease) => lease.container === container);

/** The leases of all networks. */
export const allLeases = (context: NetworkContext): Lease[] =>
  storedNames(context).flatMap((name) => leasesOf(context, name));

/** A new lease, and those of dead containers that it takes the place of. */
export interface Allocation {
  readonly lease: Lease;
  readonly displaced: readonly Lease[];
}

/** Gives a container its addresses on a network. A lease that it had there is replaced. @throws UsageError */
export function allocate(context: NetworkContext, network: Network, request: LeaseRequest): Allocation {
  return withLock(context, () => {
    const others = leasesOf(context, network.name).filter((lease) => lease.container !== request.container);
    // Who still lives is asked only where it matters: for a wish, and when all addresses seem taken.
    const wishes = request.address !== undefined || request.address6 !== undefined;
    const first = wishes ? undefined : leaseFor(network, request, others);
    const lease = first ?? leaseFor(network, request, others.filter(isAlive));
    if (!lease)
      throw new UsageError(`network "${network.name}" has no free address left`, {
        remedy: 'remove containers, or make a larger network',
      });
    const displaced = others.filter((other) => clash(other, lease));
    writeStored(context, network.name, FILE, [...others.filter((other) => !displaced.includes(other)), lease]);
    return { lease, displaced };
  });
}

/**
 * Notes in a container's lease which ports it publishes; for port 0 a free one is chosen. They replace those it had.
 * @throws UsageError when one is taken, by a program of the host or by another container
 */
export function claimPorts(context: NetworkContext, lease: Lease, wanted: readonly PublishedPort[]): Lease {
  return withLock(context, () => {
    const ports = settlePorts(context.caller, wanted, publishedByOthers(context, lease.container));
    const others = leasesOf(context, lease.network).filter((other) => other.container !== lease.container);
    const claimed = { ...lease, ports };
    writeStored(context, lease.network, FILE, [...others, claimed]);
    return claimed;
  });
}

/** Notes that a container publishes nothing any more. */
export function dropPorts(context: NetworkContext, lease: Lease): void {
  withLock(context, () => {
    const leases = leasesOf(context, lease.network);
    const after = leases.map((it) => (it.container === lease.container ? { ...it, ports: [] } : it));
    writeStored(context, lease.network, FILE, after);
  });
}

/** Frees a container's lease. @returns it, if there was one */
export function release(context: NetworkContext, network: string, container: string): Lease | undefined {
  return withLock(context, () => {
    const leases = leasesOf(context, network);
    const lease = leases.find((it) => it.container === container);
    if (lease)
      writeStored(
        context,
        network,
        FILE,
        leases.filter((it) => it !== lease),
      );
    return lease;
  });
}

/** Frees the leases of dead containers, on every network. @param each is done for each of them, under the lock. @returns them */
export function releaseDead(context: NetworkContext, each: (lease: Lease) => void = () => {}): Lease[] {
  if (allLeases(context).every(isAlive)) return [];
  return withLock(context, () =>
    storedNames(context).flatMap((network) => {
      const leases = leasesOf(context, network);
      const dead = leases.filter((lease) => !isAlive(lease));
      dead.forEach(each);
      if (dead.length > 0)
        writeStored(
          context,
          network,
          FILE,
          leases.filter((lease) => !dead.includes(lease)),
        );
      return dead;
    }),
  );
}

/** Whether the container's process still runs. */
export const isAlive = ({ holder }: Lease): boolean => holds(holder);

function publishedByOthers(context: NetworkContext, container: string): Published[] {
  return allLeases(context)
    .filter((lease) => lease.container !== container && lease.ports.length > 0 && isAlive(lease))
    .flatMap((lease) => lease.ports.map((port) => ({ port, container: lease.container })));
}

/** The lease, or undefined when there is no free address among `others`. */
function leaseFor(network: Network, request: LeaseRequest, others: readonly Lease[]): Lease | undefined {
  const used = others.flatMap(({ container, address, address6 }) =>
    [address, address6].flatMap((it) => (it ? { address: it, by: container } : [])),
  );
  const { address, address6 } = pickAddresses(network, request, used);
  if (!address || (network.subnet6 && !address6)) return undefined;
  return {
    container: request.container,
    network: network.name,
    address,
    ...(address6 ? { address6 } : {}),
    mac: request.mac === undefined ? macFor(address) : parseMac(request.mac),
    names: request.names ?? [],
    ports: [],
    holder: holderOf(request.pid),
  };
}

const clash = (one: Lease, other: Lease): boolean =>
  one.address === other.address || (one.address6 !== undefined && one.address6 === other.address6);

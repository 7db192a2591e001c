/** What the network's steps have in common: which network, which link inside, and whose host it is. */
import { UsageError } from '../kernel/errors.ts';
import { type NetworkContext, networkContext } from '../network/context.ts';
import { inspectNetwork, type Network } from '../network/definitions.ts';
import { findLease, type Lease } from '../network/leases.ts';
import type { Box } from './box.ts';
import { requireForked, requireOwn } from './guards.ts';

/** Which cable is meant. */
export interface Wire {
  /** Name of the network; "bridge", the default one, where nothing is said. */
  network?: string;
  /** Name of the link inside; "eth0" where nothing is said. */
  link?: string;
}

/** The same with nothing left open. `context` is the machine, or a "host" in a namespace. */
export interface FullWire {
  readonly network: string;
  readonly link: string;
  readonly context: () => NetworkContext;
  /** Name of a step for this cable: "net.veth", and "net.veth:eth1" for a second one. */
  readonly stepName: (step: string) => string;
}

export function fullWire(wire: Wire, context: NetworkContext | undefined): FullWire {
  const { network = 'bridge', link = 'eth0' } = wire;
  return {
    network,
    link,
    context: () => context ?? networkContext(),
    stepName: (step) => (link === 'eth0' ? `net.${step}` : `net.${step}:${link}`),
  };
}

export const networkOf = (wire: FullWire): Network => inspectNetwork(wire.context(), wire.network);

export function leaseOf(wire: FullWire, box: Box): Lease | undefined {
  return findLease(wire.context(), wire.network, box.id);
}

/** The lease, which the step before must have taken. @throws UsageError */
export function requireLease(wire: FullWire, box: Box, what: string): Lease {
  const lease = leaseOf(wire, box);
  if (lease) return lease;
  throw new UsageError(`${what} needs an address on network "${wire.network}"`, {
    remedy: 'give it one first: await box.apply(steps.net.address())',
  });
}

/** The network namespace must be the container's own, the process the one that stays, and the host's side ours to change. */
export function requireWire(box: Box, what: string): void {
  requireOwn(box, 'net', what);
  requireForked(box, what);
  if (process.geteuid?.() === 0) return;
  throw new UsageError(`${what} changes links of the host, and only root may do that`, {
    remedy: 'run as root, or without a connection: --network none',
  });
}

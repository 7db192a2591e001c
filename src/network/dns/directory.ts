/** The names of a network, from its leases: read anew for each question, so that there is nothing to keep in step. */
import type { NetworkContext } from '../context.ts';
import { isAlive, leasesOf } from '../leases.ts';
import type { Directory } from './answer.ts';

/** Whoever has a lease on the network is found by the names in it. */
export function directoryOf(context: NetworkContext, network: string): Directory {
  return {
    addressesOf: (name) =>
      leasesOf(context, network)
        .filter((lease) => lease.names.some((it) => it.toLowerCase() === name) && isAlive(lease))
        .flatMap(({ address, address6 }) => [address, ...(address6 ? [address6] : [])]),
    namesOf: (address) =>
      leasesOf(context, network)
        .filter((lease) => (lease.address === address || lease.address6 === address) && isAlive(lease))
        .flatMap((lease) => lease.names),
  };
}

/** Networks as Docker shows them. */
import type { NetworkContext } from '../network/context.ts';
import type { Network } from '../network/definitions.ts';
import { isAlive, leasesOf } from '../network/leases.ts';

/** Docker's keys. */
export function networkInspection(context: NetworkContext, network: Network): Record<string, unknown> {
  const leases = leasesOf(context, network.name).filter(isAlive);
  return {
    Name: network.name,
    Id: network.id,
    Created: network.created,
    Scope: 'local',
    Driver: 'bridge',
    EnableIPv6: network.subnet6 !== undefined,
    IPAM: {
      Driver: 'default',
      Config: [
        { Subnet: network.subnet, Gateway: network.gateway },
        ...(network.subnet6 ? [{ Subnet: network.subnet6, Gateway: network.gateway6 }] : []),
      ],
    },
    Internal: network.internal,
    Containers: Object.fromEntries(
      leases.map((it) => [
        it.container,
        { Name: it.names[0] ?? '', MacAddress: it.mac, IPv4Address: it.address, IPv6Address: it.address6 ?? '' },
      ]),
    ),
    Options: network.options,
    Labels: network.labels,
    Bridge: network.bridge,
  };
}

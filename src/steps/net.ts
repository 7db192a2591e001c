/** The steps that connect a container to a network, and their order. */
import type { NetworkContext } from '../network/context.ts';
import { type Attachment, hasNames, isUserMode } from '../spec/networks.ts';
import { address } from './net-address.ts';
import { bridge } from './net-bridge.ts';
import { names } from './net-names.ts';
import { nat } from './net-nat.ts';
import { publish } from './net-publish.ts';
import { route } from './net-route.ts';
import { userMode } from './net-user-mode.ts';
import { veth } from './net-veth.ts';
import type { Step } from './step.ts';

export { address, bridge, names, nat, publish, route, userMode, veth };

/** All steps of these cables, for a process that is in its network namespace and does not fork any more. */
export function connections(attachments: readonly Attachment[], context?: NetworkContext): Step[] {
  const wires = attachments.flatMap(({ ports = [], network, link: named, servers: _, ...wishes }, at) => {
    if (isUserMode(network)) return [userMode(network, ports)];
    const link = named ?? `eth${at}`;
    const wire = { ...(network === 'bridge' ? {} : { network }), ...(link === 'eth0' ? {} : { link }) };
    return [
      bridge(wire, context),
      veth(wire, context),
      address({ ...wire, ...wishes }, context),
      route(wire, context),
      nat(wire, context),
      ...(ports.length > 0 ? [publish(ports, wire, context)] : []),
    ];
  });
  if (!attachments.some(({ network }) => hasNames(network))) return wires;
  const servers = attachments.flatMap((it) => it.servers ?? []);
  return [...wires, names(servers.length > 0 ? servers : undefined, context)];
}

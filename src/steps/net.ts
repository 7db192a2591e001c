/** The steps that connect a container to a network, and their order. */
import type { NetworkContext } from '../network/context.ts';
import type { Attachment } from '../spec/networks.ts';
import { address } from './net-address.ts';
import { bridge } from './net-bridge.ts';
import { nat } from './net-nat.ts';
import { publish } from './net-publish.ts';
import { route } from './net-route.ts';
import { veth } from './net-veth.ts';
import type { Step } from './step.ts';

export { address, bridge, nat, publish, route, veth };

/** All steps of these cables, for a process that is in its network namespace and does not fork any more. */
export function connections(attachments: readonly Attachment[], context?: NetworkContext): Step[] {
  return attachments.flatMap(({ ports = [], network, link: named, ...wishes }, at) => {
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
}

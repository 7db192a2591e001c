/** The bridge of a network, on the host's side – see bridge(8). */
import { formatAddress } from '../network/address.ts';
import { joinNetwork } from '../network/connect.ts';
import type { NetworkContext } from '../network/context.ts';
import { findNetwork } from '../network/definitions.ts';
import { leaveNetwork } from '../network/idle.ts';
import { addresses } from '../network/netlink/addresses.ts';
import { findLink } from '../network/netlink/links.ts';
import { fullWire, networkOf, requireWire, type Wire } from './net-wire.ts';
import { codeOf, type Step } from './step.ts';

/** @param wire which network. @param context whose host; the machine where nothing is said. */
export function bridge(wire: Wire = {}, context?: NetworkContext): Step {
  const full = fullWire(wire, context);
  return {
    name: full.stepName('bridge'),
    title: `network "${full.network}": its bridge on the host`,
    explain:
      'A bridge is a switch in software: links of the host become its ports, and it passes frames between them. The bridge is itself a link of the host, and its address in the network’s subnet is the gateway of every container. It is shared: it is made for the first container that needs it, and goes after the last. For packets that go on from it, the host has to forward (ip_forward).',
    manual: ['bridge(8)', 'rtnetlink(7)', 'ip(7)'],
    calls: [
      'RTM_NEWLINK(BRIDGE, kind bridge)',
      'RTM_NEWADDR(GATEWAY/BITS, dev BRIDGE)',
      'write("/proc/sys/net/ipv4/ip_forward", "1")',
      'RTM_NEWLINK(BRIDGE, up)',
    ],
    code: codeOf('net.bridge', wire),
    check: (box) => requireWire(box, 'making a bridge'),
    apply: (box) => joinNetwork(full.context(), networkOf(full), box.id, box.process.pid),
    observe() {
      const { caller } = full.context();
      const network = networkOf(full);
      const link = findLink(caller, network.bridge);
      const own = addresses(caller).filter((it) => it.link === link?.index && it.scope === 0);
      return {
        bridge: network.bridge,
        state: link ? (link.up ? 'up' : 'down') : 'missing',
        addresses: own.map((it) => `${formatAddress(it.address)}/${it.bits}`).join(' '),
      };
    },
    undo(box) {
      const network = findNetwork(full.context(), full.network);
      if (network) leaveNetwork(full.context(), network, box.id);
    },
  };
}

/** The cable between the container and the bridge – see veth(4). */
import { layCable, removeCable } from '../network/connect.ts';
import type { NetworkContext } from '../network/context.ts';
import { hostLinkName } from '../network/names.ts';
import { findLink } from '../network/netlink/links.ts';
import { fullWire, networkOf, requireWire, type Wire } from './net-wire.ts';
import { codeOf, type Step } from './step.ts';

/** @param wire which network, and what the link is called inside. @param context whose host; the machine where nothing is said. */
export function veth(wire: Wire = {}, context?: NetworkContext): Step {
  const full = fullWire(wire, context);
  return {
    name: full.stepName('veth'),
    title: `a cable from ${full.link} to the bridge of "${full.network}"`,
    explain:
      'Veth links come in pairs: what goes in at one end comes out at the other. One end is made directly in the container’s network namespace (by the pid of a process in it), the other becomes a port of the bridge. When the namespace goes, the kernel takes both ends away.',
    manual: ['veth(4)', 'rtnetlink(7)', 'network_namespaces(7)'],
    calls: [
      `RTM_NEWLINK(LINK master BRIDGE up, kind veth, peer ${full.link} in the namespace of PID)`,
      'RTM_NEWLINK(LINK, hairpin true)',
    ],
    code: codeOf('net.veth', wire),
    check: (box) => requireWire(box, 'laying a cable'),
    apply: (box) => layCable(full.context(), networkOf(full), box.id, box.process.pid, full.link),
    observe(box) {
      const context = full.context();
      const outer = findLink(context.caller, hostLinkName(context, box.id, full.network));
      const inner = findLink(box.process, full.link);
      return {
        host: outer ? `${outer.name} (${outer.index}) on ${networkOf(full).bridge}` : 'missing',
        container: inner ? `${inner.name} (${inner.index}), other end ${inner.peer}` : 'missing',
        mtu: inner?.mtu,
        received: inner && `${inner.counters.receivedPackets} packets`,
        sent: inner && `${inner.counters.sentPackets} packets`,
      };
    },
    undo(box) {
      // With the process the namespace ends, and with it the cable: then there is nothing to wait for.
      if (box.process.exit === undefined) removeCable(full.context(), networkOf(full), box.id);
    },
  };
}

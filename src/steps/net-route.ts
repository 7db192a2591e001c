/** The way out: the default route – see rtnetlink(7). */
import { addDefaultRoutes } from '../network/connect.ts';
import type { NetworkContext } from '../network/context.ts';
import { links } from '../network/netlink/links.ts';
import { describeRoute, routes } from '../network/netlink/routes.ts';
import { fullWire, networkOf, requireLease, requireWire, type Wire } from './net-wire.ts';
import { codeOf, type Step } from './step.ts';

/** @param wire which network. @param context whose host; the machine where nothing is said. */
export function route(wire: Wire = {}, context?: NetworkContext): Step {
  const full = fullWire(wire, context);
  return {
    name: full.stepName('route'),
    title: `the way out by the gateway of network "${full.network}"`,
    explain:
      'With its address the container knows the way to its own subnet and nothing else. The default route sends everything else to the gateway, which is the bridge on the host; the host’s own routes lead on from there. An internal network has none: there is no way out.',
    manual: ['rtnetlink(7)', 'ip-route(8)'],
    calls: ['RTM_NEWROUTE(default via GATEWAY)'],
    code: codeOf('net.route', wire),
    check(box) {
      requireWire(box, 'adding a route');
      requireLease(full, box, 'a way out');
    },
    apply: (box) => addDefaultRoutes(box.process, networkOf(full)),
    observe(box) {
      const names = new Map(links(box.process).map((link) => [link.index, link.name]));
      const lines = routes(box.process).map((it) => {
        const dev = names.get(it.link ?? 0);
        return describeRoute({ to: it.to, ...(it.via ? { via: it.via } : {}), ...(dev ? { dev } : {}) });
      });
      return Object.fromEntries(lines.map((line, at) => [`route ${at + 1}`, line]));
    },
  };
}

/** Address translation, and which network may talk to which – see nft(8). */

import { admit } from '../network/connect.ts';
import type { NetworkContext } from '../network/context.ts';
import { rulesPlace } from '../network/firewall.ts';
import { forwardObstacles } from '../network/obstacles.ts';
import { fullWire, networkOf, requireWire, type Wire } from './net-wire.ts';
import { codeOf, type Step } from './step.ts';

/** @param wire which network. @param context whose host; the machine where nothing is said. */
export function nat(wire: Wire = {}, context?: NetworkContext): Step {
  const full = fullWire(wire, context);
  return {
    name: full.stepName('nat'),
    title: `network "${full.network}" leaves under the host’s address`,
    explain:
      'Nobody outside knows the way to the container’s subnet. So what leaves gets the host’s address as its sender (masquerade), and the kernel remembers each connection to give the answers back. The same table keeps networks apart and lets nothing in that was not published. It is a table of our own: rules of others stay as they are, and one command removes all of ours.',
    manual: ['nft(8)', 'ip_forward in ip(7)'],
    calls: ['nft: add element inet TABLE leaving4 { subnet }', 'nft: add element inet TABLE bridges { bridge }'],
    code: codeOf('net.nat', wire),
    check: (box) => requireWire(box, 'address translation'),
    apply: () => admit(full.context(), networkOf(full)),
    observe() {
      const context = full.context();
      const obstacles = forwardObstacles(context).map((it) => [`dropped by ${it.table} ${it.chain}`, it.remedy]);
      const { bridge, subnet, internal } = networkOf(full);
      return {
        rules: rulesPlace(context) ?? 'missing',
        [`${bridge} ${subnet}`]: internal ? 'shut in' : 'leaves under the host’s address',
        ...Object.fromEntries(obstacles),
      };
    },
  };
}

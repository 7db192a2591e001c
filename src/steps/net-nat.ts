/** Address translation, and which network may talk to which – see nft(8). */

import { prepare } from '../network/connect.ts';
import type { NetworkContext } from '../network/context.ts';
import { hasTable, listSet } from '../network/nat.ts';
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
    apply: () => prepare(full.context(), networkOf(full)),
    observe() {
      const there = hasTable(full.context());
      return {
        table: there ? `inet ${full.context().bridge}` : 'missing',
        leaving: there ? listSet(full.context(), 'leaving4').join(' ') : '',
        bridges: there ? listSet(full.context(), 'bridges').join(' ') : '',
        ...Object.fromEntries(
          forwardObstacles(full.context()).map((it) => [`dropped by ${it.table} ${it.chain}`, it.remedy]),
        ),
      };
    },
  };
}

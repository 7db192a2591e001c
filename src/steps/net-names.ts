/** Names: a name server that answers inside the container – see resolv.conf(5), RFC 1035. */
import type { NetworkContext } from '../network/context.ts';
import { RESPONDER } from '../network/dns/files.ts';
import type { NameServer } from '../network/dns/responder.ts';
import { allLeases } from '../network/leases.ts';
import { fullWire, requireWire } from './net-wire.ts';
import { codeOf, type Step } from './step.ts';

const NAME = 'net.names';

/** @param servers asked for what no container is called; the host's where nothing is said. @param context whose host. */
export function names(servers?: readonly string[], context?: NetworkContext): Step {
  const full = fullWire({}, context);
  return {
    name: NAME,
    title: `names of neighbours, answered on ${RESPONDER}`,
    explain:
      'Containers on a network that somebody made find each other by name. The name server answers inside the container, on an address of its loopback, though the process that answers is outside: a socket belongs to the network namespace it was made in, whoever has it. So the container needs no way out to find its neighbours. What no container is called, the host’s servers are asked.',
    manual: ['socket(7)', 'pidfd_getfd(2)', 'resolv.conf(5)'],
    calls: [
      `bind(socket inside, ${RESPONDER}:53)`,
      'pidfd_getfd(pidfd, socket)',
      'the answers are given by the process that made the container',
    ],
    code: codeOf(NAME, servers),
    check: (box) => requireWire(box, 'serving names'),
    async apply(box) {
      // Seldom needed, and not small.
      const { serveInside } = await import('../network/dns/container.ts');
      box.notes.set(NAME, serveInside(full.context(), box.id, box.process, servers));
    },
    observe(box) {
      const networks = allLeases(full.context()).filter((lease) => lease.container === box.id);
      const around = allLeases(full.context()).filter((lease) => networks.some((it) => it.network === lease.network));
      return {
        server: box.notes.has(NAME) ? `${RESPONDER}:53` : 'none',
        ...Object.fromEntries(around.flatMap((lease) => lease.names.map((name) => [name, lease.address]))),
      };
    },
    undo(box) {
      (box.notes.get(NAME) as NameServer | undefined)?.close();
      box.notes.delete(NAME);
    },
  };
}

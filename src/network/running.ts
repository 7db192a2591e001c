/** Networks of a container that runs already: a blank process joins its network namespace and lays the wires – see setns(2). */
import { BlankProcess } from '../kernel/blank-process.ts';
import { CLONE, O } from '../kernel/constants.ts';
import { UsageError } from '../kernel/errors.ts';
import { close, open } from '../kernel/file.ts';
import { setns } from '../kernel/namespace.ts';
import { addDefaultRoutes, type Connection, connect, disconnect } from './connect.ts';
import type { NetworkContext } from './context.ts';
import { listNetworks, type Network } from './definitions.ts';
import { findLease, type Lease } from './leases.ts';
import { links } from './netlink/links.ts';
import { routes } from './netlink/routes.ts';

/** Does something with a blank process in the network namespace of process `pid`, and ends it. */
export function insideNetworkOf<T>(pid: number, action: (inside: BlankProcess) => T): T {
  const inside = BlankProcess.spawn();
  try {
    const fd = open(inside, `/proc/${pid}/ns/net`, O.CLOEXEC);
    setns(inside, fd, CLONE.NEWNET);
    close(inside, fd);
    return action(inside);
  } finally {
    inside.end();
  }
}

/** Connects a running container to one more network. `link` is the next free of eth0, eth1 … where nothing is said. */
export function connectRunning(
  context: NetworkContext,
  network: Network,
  connection: Omit<Connection, 'link'> & { readonly link?: string },
): Lease {
  if (findLease(context, network.name, connection.container))
    throw new UsageError(`container ${connection.container} is on network "${network.name}" already`);
  return insideNetworkOf(connection.pid, (inside) =>
    connect(context, inside, network, { ...connection, link: connection.link ?? freeLink(inside) }),
  );
}

/** Takes a running container off a network. The way out goes by another of its networks then. @throws UsageError when it is not on it */
export function disconnectRunning(context: NetworkContext, network: Network, container: string, pid: number): Lease {
  const lease = disconnect(context, network, container);
  if (!lease) throw new UsageError(`container ${container} is not on network "${network.name}"`);
  insideNetworkOf(pid, (inside) => {
    if (routes(inside).some((route) => route.to.bits === 0)) return;
    const other = listNetworks(context).find((it) => !it.internal && findLease(context, it.name, container));
    if (other) addDefaultRoutes(inside, other);
  });
  return lease;
}

function freeLink(inside: BlankProcess): string {
  const names = new Set(links(inside).map((link) => link.name));
  for (let n = 0; ; n++) if (!names.has(`eth${n}`)) return `eth${n}`;
}

/** The name server of one container, from what the books say: which networks it is on, and who else is there. */
import type { BlankProcess } from '../../kernel/blank-process.ts';
import { isRefusal } from '../../kernel/errors.ts';
import { readText } from '../../kernel/files.ts';
import { hasNames } from '../../spec/networks.ts';
import type { NetworkContext } from '../context.ts';
import { findNetwork } from '../definitions.ts';
import { allLeases } from '../leases.ts';
import { insideNetworkOf } from '../running.ts';
import type { Directory } from './answer.ts';
import { directoryOf } from './directory.ts';
import { nameServersOf } from './files.ts';
import { type NameServer, openNameSockets, serveNames } from './responder.ts';

/**
 * Serves names inside a container, from now until it is closed (or this process ends).
 * @param inside a blank process in its network namespace, in which lo is up
 * @param servers asked for what no container is called; the host's where nothing is said
 */
export function serveInside(
  context: NetworkContext,
  container: string,
  inside: BlankProcess,
  servers?: readonly string[],
): NameServer {
  const networks = networksOf(context, container);
  const isShut = networks.length > 0 && networks.every((name) => findNetwork(context, name)?.internal);
  const upstreams = servers?.length ? servers : hostServers();
  return serveNames(openNameSockets(inside), neighboursOf(context, container), isShut ? [] : upstreams);
}

/** The same for a container that runs already; `pid` is a process of it. */
export const serveRunning = (
  context: NetworkContext,
  container: string,
  pid: number,
  servers?: readonly string[],
): NameServer => insideNetworkOf(pid, (inside) => serveInside(context, container, inside, servers));

const networksOf = (context: NetworkContext, container: string): string[] =>
  allLeases(context).flatMap((lease) => (lease.container === container ? [lease.network] : []));

/** Whoever is on a network with the container. Networks may come and go while it runs. */
function neighboursOf(context: NetworkContext, container: string): Directory {
  const directories = (): Directory[] =>
    networksOf(context, container)
      .filter(hasNames)
      .map((network) => directoryOf(context, network));
  return {
    addressesOf: (name) => directories().flatMap((it) => it.addressesOf(name)),
    namesOf: (address) => directories().flatMap((it) => it.namesOf(address)),
  };
}

/** They are asked from the host, where also a server on its loopback can be reached. */
function hostServers(): string[] {
  try {
    return nameServersOf(readText('/etc/resolv.conf'));
  } catch (error) {
    if (isRefusal(error, 'ENOENT')) return [];
    throw error;
  }
}

/** The name server of one container, from what the books say: which networks it is on, and who else is there. */
import { isRefusal } from '../../kernel/errors.ts';
import { readText } from '../../kernel/files.ts';
import type { NetworkContext } from '../context.ts';
import { DEFAULT_NETWORK, findNetwork } from '../definitions.ts';
import { allLeases } from '../leases.ts';
import { insideNetworkOf } from '../running.ts';
import type { Directory } from './answer.ts';
import { directoryOf } from './directory.ts';
import { nameServersOf } from './files.ts';
import { type NameServer, openNameSockets, serveNames } from './responder.ts';

/** As on Docker: names are served on networks that somebody made; on "bridge" containers ask the host's servers. */
export const isNamed = (network: string): boolean => network !== DEFAULT_NETWORK;

/**
 * Serves names inside a container, from now until it is closed (or this process ends).
 * @param pid a process in its network namespace, in which lo is up
 * @param servers asked for what no container is called; the host's where nothing is said
 */
export function serveContainer(
  context: NetworkContext,
  container: string,
  pid: number,
  servers?: readonly string[],
): NameServer {
  const networks = networksOf(context, container);
  const isShut = networks.length > 0 && networks.every((name) => findNetwork(context, name)?.internal);
  const sockets = insideNetworkOf(pid, openNameSockets);
  return serveNames(sockets, neighboursOf(context, container), isShut ? [] : (servers ?? hostServers()));
}

const networksOf = (context: NetworkContext, container: string): string[] =>
  allLeases(context).flatMap((lease) => (lease.container === container ? [lease.network] : []));

/** Whoever is on a network with the container. Networks may come and go while it runs. */
function neighboursOf(context: NetworkContext, container: string): Directory {
  const directories = (): Directory[] =>
    networksOf(context, container)
      .filter(isNamed)
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

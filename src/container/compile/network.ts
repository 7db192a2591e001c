/** --network, -p, --ip, --add-host, --dns to the configuration's cables and name files. */

import { isIP } from 'node:net';
import { join } from 'node:path';
import { UsageError } from '../../kernel/errors.ts';
import type { Config } from '../../spec/config.ts';
import { isUserMode, NETWORKS_ANNOTATION } from '../../spec/networks.ts';
import { exposedPorts, publishedPorts } from '../exposed.ts';
import type { RunOptions } from '../options.ts';
import { isRootless } from '../rootless.ts';
import { networkMode } from './namespaces.ts';

/** What containers are connected to where nothing is said: MINIDOCKER_NETWORK, else the network called bridge, which only root can make. */
const defaultNetwork = (): string => process.env.MINIDOCKER_NETWORK || (isRootless() ? 'none' : 'bridge');

const word = (network: string): string => (network === 'default' ? 'bridge' : network);

/** Its program chooses the addresses. */
function checkUserMode(options: RunOptions, network: string): void {
  if (!isUserMode(network)) return;
  if (!isRootless())
    throw new UsageError(`--network ${network} is for ordinary users, and you are root`, {
      remedy: 'use --network bridge',
    });
  const asked = [options.ip, options.ip6, options.macAddress].find((it) => it !== undefined);
  if (asked !== undefined)
    throw new UsageError(`${asked} cannot be given to a container: ${network} chooses its addresses`, {
      remedy: 'leave it out',
    });
}

function refuse(options: RunOptions, network: string): void {
  const asked: [string, unknown][] = [
    ['--publish', options.publish?.length],
    ['--publish-all', options.publishAll],
    ['--ip', options.ip],
    ['--ip6', options.ip6],
    ['--mac-address', options.macAddress],
    ['--network-alias', options.networkAlias?.length],
  ];
  const [flag] = asked.find(([, value]) => value) ?? [];
  if (flag)
    throw new UsageError(`${flag} needs a connection, and --network ${network} has none of its own`, {
      remedy: isRootless()
        ? 'leave it out, use --network pasta, or run as root (sudo)'
        : 'leave one of them out, or use --network bridge',
    });
}

/** `name:address`; the address may be one of IPv6, or host-gateway. */
function checkHost(text: string): void {
  const at = text.search(/[:=]/);
  const address = text.slice(at + 1).replace(/^\[(.*)\]$/, '$1');
  if (at > 0 && (address === 'host-gateway' || isIP(address) !== 0)) return;
  throw new UsageError(`--add-host: ${JSON.stringify(text)} is no name with an address`, {
    remedy: 'write name:10.0.0.1',
  });
}

function checkServer(text: string): void {
  if (isIP(text) !== 0) return;
  throw new UsageError(`--dns: ${JSON.stringify(text)} is no address`, { remedy: 'write an address such as 9.9.9.9' });
}

/** @param directory of the container: the name files are in it. */
export function compileNetwork(config: Config, options: RunOptions, directory: string): void {
  const mode = networkMode(options);
  const network = word(options.network || defaultNetwork());
  for (const text of options.addHost ?? []) checkHost(text);
  for (const text of options.dns ?? []) checkServer(text);
  // Read also where nothing is published: what is no port is an error.
  exposedPorts(options);
  const ports = publishedPorts(options);
  const isConnected = mode.kind === 'new' && network !== 'none';
  if (!isConnected) refuse(options, network);
  checkUserMode(options, network);
  if (isConnected) {
    const names = [options.name, config.hostname, ...(options.networkAlias ?? [])];
    const attachment = {
      network,
      names: [...new Set(names.filter((it): it is string => it !== undefined))],
      ...(options.ip === undefined ? {} : { address: options.ip }),
      ...(options.ip6 === undefined ? {} : { address6: options.ip6 }),
      ...(options.macAddress === undefined ? {} : { mac: options.macAddress }),
      ...(ports.length > 0 ? { ports } : {}),
      ...(options.dns?.length ? { servers: options.dns } : {}),
    };
    config.annotations = { ...config.annotations, [NETWORKS_ANNOTATION]: JSON.stringify([attachment]) };
  }
  const asked = [options.addHost, options.dns, options.dnsSearch, options.dnsOption].some((it) => it?.length);
  // Who uses somebody else's network needs that one's names; the image host has the host's already.
  const borrows = mode.kind === 'container' || (mode.kind === 'host' && options.image !== 'host');
  if (isConnected || asked || borrows) bindNameFiles(config, directory);
}

/** Those that nobody has bound something else over. */
function bindNameFiles(config: Config, directory: string): void {
  const taken = new Set(config.mounts.map((it) => it.destination));
  for (const name of ['hosts', 'hostname', 'resolv.conf']) {
    const destination = `/etc/${name}`;
    if (!taken.has(destination))
      config.mounts.push({ destination, source: join(directory, name), type: 'bind', options: ['bind', 'rprivate'] });
  }
}

/**
 * Networks as a person defines them: a name, a bridge, a subnet. A definition is a file; the bridge itself is made
 * when the first container is connected, and made again after a reboot. The network "bridge" is always there.
 */
import { createHash, randomBytes } from 'node:crypto';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { readText } from '../kernel/files.ts';
import { DEFAULT_NETWORK, userModeNetworks } from '../spec/networks.ts';
import {
  type Address,
  contains,
  formatAddress,
  formatSubnet,
  nth,
  parseAddress,
  parseSubnet,
  type Subnet,
  tryAddress,
} from './address.ts';
import type { NetworkContext } from './context.ts';
import { nameServersOf } from './dns/files.ts';
import { checkFree, chooseSubnet, randomSubnet6, routedSubnets } from './pool.ts';
import { readStored, storedNames, withLock, writeStored } from './store.ts';

export interface Network {
  readonly name: string;
  /** Twelve hexadecimal digits. */
  readonly id: string;
  /** Name of the bridge device. */
  readonly bridge: string;
  /** As "172.18.0.0/16". */
  readonly subnet: string;
  /** The bridge's own address in the subnet; what containers have as default route. */
  readonly gateway: string;
  readonly subnet6?: string;
  readonly gateway6?: string;
  /** No way out of it and none in. */
  readonly internal: boolean;
  /** In bytes; absent: 1500, or what the host's own way out has if that is less. */
  readonly mtu?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  /** When it was defined, ISO 8601. */
  readonly created: string;
}

/** What a person may say about a new network. */
export interface NetworkRequest {
  readonly name: string;
  readonly subnet?: string;
  readonly gateway?: string;
  /** Give it an IPv6 subnet too, a random private one unless `subnet6` names one. */
  readonly ipv6?: boolean;
  readonly subnet6?: string;
  readonly internal?: boolean;
  readonly mtu?: number;
  readonly labels?: Record<string, string>;
  readonly options?: Record<string, string>;
}

export { DEFAULT_NETWORK };

const FILE = 'network.json';
/** Names that mean something else where a network is asked for. */
const RESERVED: readonly string[] = ['host', 'none', 'container', 'default', ...userModeNetworks];

/** All networks, the default one first. */
export function listNetworks(context: NetworkContext): Network[] {
  const stored = storedNames(context).flatMap((name) => readStored<Network>(context, name, FILE) ?? []);
  return stored.sort((a, b) => Number(b.name === DEFAULT_NETWORK) - Number(a.name === DEFAULT_NETWORK));
}

/** One network by name or id; the default one is defined on the way. @throws UsageError when there is none */
export function inspectNetwork(context: NetworkContext, name: string): Network {
  const network = findNetwork(context, name);
  if (network) return network;
  if (name === DEFAULT_NETWORK) return withLock(context, () => defineDefault(context));
  throw new UsageError(`network "${name}" does not exist`, { remedy: `make it: network create ${name}` });
}

export function findNetwork(context: NetworkContext, name: string): Network | undefined {
  if (!isName(name)) return undefined;
  return (
    readStored<Network>(context, name, FILE) ??
    (/^[0-9a-f]{4,12}$/.test(name) ? listNetworks(context).find((network) => network.id.startsWith(name)) : undefined)
  );
}

/** Defines a network. @throws UsageError when the name or the subnet cannot be had */
export function createNetwork(context: NetworkContext, request: NetworkRequest): Network {
  checkName(request.name);
  return withLock(context, () => {
    if (request.name === DEFAULT_NETWORK || readStored(context, request.name, FILE))
      throw new UsageError(`network "${request.name}" exists already`, { remedy: 'choose another name' });
    return define(context, request, bridgeName(context, request.name));
  });
}

/** Inside the lock: somebody else may have been first. */
function defineDefault(context: NetworkContext): Network {
  const request = { name: DEFAULT_NETWORK };
  return readStored<Network>(context, DEFAULT_NETWORK, FILE) ?? define(context, request, context.bridge);
}

function define(context: NetworkContext, request: NetworkRequest, bridge: string): Network {
  const taken = takenSubnets(context);
  const subnet =
    wish(request.subnet, 4, taken) ??
    chooseSubnet(
      taken.map((it) => it.subnet),
      hostNameServers(),
    );
  const gateway = gatewayOf(subnet, request.gateway);
  const subnet6 = wish(request.subnet6, 6, taken) ?? (request.ipv6 ? randomSubnet6() : undefined);
  const network: Network = {
    name: request.name,
    id: randomBytes(6).toString('hex'),
    bridge,
    subnet: formatSubnet(subnet),
    gateway: formatAddress(gateway),
    ...(subnet6 ? { subnet6: formatSubnet(subnet6), gateway6: formatAddress(nth(subnet6, 1n)) } : {}),
    internal: request.internal ?? false,
    ...(request.mtu === undefined ? {} : { mtu: checkMtu(request.mtu) }),
    labels: request.labels ?? {},
    options: request.options ?? {},
    created: new Date().toISOString(),
  };
  writeStored(context, network.name, FILE, network);
  return network;
}

function takenSubnets(context: NetworkContext): { subnet: Subnet; by: string }[] {
  const ours = listNetworks(context).flatMap(({ name, subnet, subnet6 }) =>
    [subnet, subnet6].flatMap((it) => (it ? { subnet: parseSubnet(it), by: `network "${name}"` } : [])),
  );
  return [...ours, ...routedSubnets(context.caller).map((subnet) => ({ subnet, by: 'a route of this host' }))];
}

function wish(text: string | undefined, family: 4 | 6, taken: { subnet: Subnet; by: string }[]): Subnet | undefined {
  if (text === undefined) return undefined;
  const subnet = parseSubnet(text);
  const most = family === 4 ? 30 : 126;
  if (subnet.family !== family || subnet.bits > most || subnet.bits === 0)
    throw new UsageError(`subnet "${text}" cannot be a network's IPv${family} subnet`, {
      remedy: `it must be IPv${family} and of 1 to ${most} bits`,
    });
  checkFree(subnet, taken);
  return subnet;
}

function gatewayOf(subnet: Subnet, text: string | undefined): Address {
  if (text === undefined) return nth(subnet, 1n);
  const gateway = parseAddress(text);
  if (!contains(subnet, gateway) || gateway.value === subnet.base)
    throw new UsageError(`gateway ${text} is not an address of ${formatSubnet(subnet)}`, {
      remedy: `choose one in it, for example ${formatAddress(nth(subnet, 1n))}`,
    });
  return gateway;
}

function hostNameServers(): Address[] {
  try {
    return nameServersOf(readText('/etc/resolv.conf')).flatMap((server) => tryAddress(server) ?? []);
  } catch (error) {
    if (isRefusal(error, 'ENOENT')) return [];
    throw error;
  }
}

function checkMtu(mtu: number): number {
  // 68: the least that IPv4 asks of a link (RFC 791); IPv6 asks for 1280.
  if (Number.isInteger(mtu) && mtu >= 68 && mtu <= 65535) return mtu;
  throw new UsageError(`MTU ${mtu} is not possible`, { remedy: 'choose a whole number from 68 to 65535' });
}

const isName = (name: string): boolean => /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name) && name.length <= 200;

function checkName(name: string): void {
  if (isName(name) && !RESERVED.includes(name)) return;
  throw new UsageError(`"${name}" cannot be the name of a network`, {
    remedy: `use letters, digits and _ . -, beginning with a letter or digit, and none of ${RESERVED.join(', ')}`,
  });
}

/** A device name, at most 15 characters: what the default bridge begins with, and four digits that stand for the name. */
function bridgeName(context: NetworkContext, name: string): string {
  const used = new Set(listNetworks(context).map((network) => network.bridge));
  for (let salt = 0; ; salt++) {
    const digits = createHash('sha256')
      .update(`${name}${salt || ''}`)
      .digest('hex')
      .slice(0, 4);
    const bridge = `${context.bridge.replace(/\d$/, '').slice(0, 10)}-${digits}`;
    if (!used.has(bridge)) return bridge;
  }
}

/** network create, ls, inspect, rm. */
import { UsageError } from '../../kernel/errors.ts';
import { type NetworkContext, networkContext } from '../../network/context.ts';
import {
  createNetwork,
  findNetwork,
  inspectNetwork,
  listNetworks,
  type Network,
  type NetworkRequest,
} from '../../network/definitions.ts';
import { removeNetwork } from '../../network/lifecycle.ts';
import { formatRows, type Row } from '../../view/rows.ts';
import type { Given, Values, Verb } from '../definition.ts';
import { matchesLabel, parseFilters } from '../filters.ts';
import { forEach } from '../for-each.ts';
import { networkInspection } from '../networks.ts';
import { pairs } from '../pairs.ts';
import { printObjects } from '../print-objects.ts';
import { say } from '../say.ts';

/** The options that Docker's bridge driver knows and we do. */
const MTU = 'com.docker.network.driver.mtu';

function request({ flags, args }: Given): NetworkRequest {
  const driver = flags.text('driver') ?? 'bridge';
  if (driver !== 'bridge')
    throw new UsageError(`--driver: there is no driver ${JSON.stringify(driver)}`, {
      remedy: 'bridge is the only one',
    });
  const options = pairs(flags.all('opt'), '--opt');
  const mtu = options[MTU];
  return {
    name: args[0]!,
    ...family(flags, 'subnet', 'subnet', 'subnet6'),
    ...gateway(flags),
    internal: flags.on('internal'),
    ipv6: flags.on('ipv6'),
    labels: pairs(flags.all('label'), '--label', ''),
    options,
    ...(mtu === undefined ? {} : { mtu: Number(mtu) }),
  };
}

/** Docker has one flag for both families. */
function family(flags: Values, flag: string, four: string, six: string): Record<string, string> {
  const found = flags.all(flag).map((it) => [it.includes(':') ? six : four, it] as const);
  const made = Object.fromEntries(found);
  if (Object.keys(made).length < found.length)
    throw new UsageError(`--${flag}: one of IPv4 and one of IPv6 at most, ${found.length} were given`);
  return made;
}

function gateway(flags: Values): { gateway?: string } {
  const { four, six } = family(flags, 'gateway', 'four', 'six');
  if (six)
    throw new UsageError(`--gateway: ${six} cannot be chosen`, {
      remedy: 'of IPv6 it is the first address of the subnet',
    });
  return four === undefined ? {} : { gateway: four };
}

export const create: Verb = async (given) => {
  say(createNetwork(networkContext(), request(given)).id);
  return 0;
};

const matchers: Record<string, (network: Network, wanted: string) => boolean> = {
  name: (it, wanted) => it.name.includes(wanted),
  id: (it, wanted) => it.id.startsWith(wanted),
  driver: (_, wanted) => wanted === 'bridge',
  label: (it, wanted) => matchesLabel(it.labels, wanted),
};

const rowOf = (it: Network): Row => ({
  ID: it.id,
  Name: it.name,
  Driver: 'bridge',
  Scope: 'local',
  Subnet: it.subnet,
  IPv6: String(it.subnet6 !== undefined),
  Internal: String(it.internal),
  CreatedAt: it.created,
  Labels: Object.entries(it.labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(','),
});

const columns = [
  { field: 'ID', title: 'NETWORK ID' },
  { field: 'Name', title: 'NAME' },
  { field: 'Driver', title: 'DRIVER' },
  { field: 'Scope', title: 'SCOPE' },
];

export const list: Verb = async ({ flags }) => {
  const context = networkContext();
  inspectNetwork(context, 'bridge');
  const filters = Object.entries(parseFilters(flags.all('filter'), Object.keys(matchers)));
  const networks = listNetworks(context).filter((network) =>
    filters.every(([name, wanted]) => wanted.some((it) => matchers[name]!(network, it))),
  );
  say(
    formatRows(networks.map(rowOf), columns, {
      format: flags.text('format'),
      quiet: flags.on('quiet') ? 'ID' : undefined,
    }),
  );
  return 0;
};

export const inspect: Verb = async ({ flags, args }) => {
  const context = networkContext();
  return await printObjects(args, flags.text('format'), (name) =>
    networkInspection(context, inspectNetwork(context, name)),
  );
};

const isThere = (context: NetworkContext, name: string): boolean => findNetwork(context, name) !== undefined;

export const remove: Verb = async ({ flags, args }) => {
  const context = networkContext();
  return await forEach(args, async (name) => {
    if (!flags.on('force') || isThere(context, name)) removeNetwork(context, name);
  });
};

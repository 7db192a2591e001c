/** Who must not reach whom. */
import { afterEach, expect, test } from 'vitest';
import { createNetwork, inspectNetwork } from '../../src/network/definitions.ts';
import { forwardObstacles } from '../../src/network/obstacles.ts';
import {
  ask,
  closeLab,
  container,
  isDeaf,
  isSilent,
  json,
  labContext,
  output,
  pings,
  remoteOf,
  run,
  server,
} from './lab.ts';

afterEach(closeLab);

test('networks are apart: no way from one to the other, nor in from outside to what is not published', () => {
  const context = labContext();
  const remote = remoteOf(context.caller);
  const [red, blue] = [createNetwork(context, { name: 'red' }), createNetwork(context, { name: 'blue' })];
  const one = container(context, red);
  const two = container(context, blue);
  expect(isDeaf(one.process, two.lease.address)).toBe(true);
  expect(pings(one.process, '192.0.2.9')).toBe(true);
  expect(run(remote, 'ip', 'route', 'add', red.subnet, 'via', '192.0.2.1').status).toBe(0);
  expect(isDeaf(remote, one.lease.address)).toBe(true);
});

test('an internal network has no way out and none in', () => {
  const context = labContext();
  remoteOf(context.caller);
  const network = createNetwork(context, { name: 'inner', internal: true });
  const [one, two] = [container(context, network), container(context, network)];
  expect(pings(one.process, two.lease.address)).toBe(true);
  expect(json(one.process, 'ip', '-j', 'route').map((it: { dst: string }) => it.dst)).toEqual([network.subnet]);
  // Even with a route made by hand.
  run(one.process, 'ip', 'route', 'add', 'default', 'via', network.gateway);
  expect(isDeaf(one.process, '192.0.2.9')).toBe(true);
});

test('the way to 127.0.0.1 for published ports is not a way from a container to servers of the host', async () => {
  const context = labContext();
  const network = inspectNetwork(context, 'bridge');
  const { process } = container(context, network);
  await server(context.caller, 'tcp', 9000, '127.0.0.1');
  const trick = 'sysctl -qw net.ipv4.conf.all.route_localnet=1; ip address del 127.0.0.1/8 dev lo';
  output(process, 'sh', '-c', `${trick}; ip route add 127.0.0.1 via ${network.gateway}`);
  expect(isSilent(process, 'tcp', '127.0.0.1', 9000)).toBe(true);
  // Without our guard it would be one.
  output(context.caller, 'nft', 'flush', 'chain', 'inet', context.bridge, 'guard');
  expect(ask(process, 'tcp', '127.0.0.1', 9000)).toBe('hello 172.17.0.2');
});

test('somebody else’s table that drops is found, and the remedy lets containers through', () => {
  const context = labContext();
  remoteOf(context.caller);
  const { process } = container(context, inspectNetwork(context, 'bridge'));
  expect(forwardObstacles(context)).toEqual([]);
  const chain = '{ type filter hook forward priority 0; policy drop; }';
  output(context.caller, 'nft', `add table ip filter; add chain ip filter FORWARD ${chain}; add chain ip filter OTHER`);
  const [obstacle, ...more] = forwardObstacles(context);
  expect([obstacle, more]).toMatchObject([{ table: 'ip filter', chain: 'FORWARD' }, []]);
  expect(isDeaf(process, '192.0.2.9')).toBe(true);
  output(context.caller, 'sh', '-c', obstacle!.remedy);
  expect(pings(process, '192.0.2.9')).toBe(true);
});

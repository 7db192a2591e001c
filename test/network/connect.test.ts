/** Containers on networks, seen by ping, nc, ip and nft: who reaches whom, and what the other side sees. */
import { afterEach, expect, test } from 'vitest';
import type { BlankProcess } from '../../src/kernel/blank-process.ts';
import { disconnect } from '../../src/network/connect.ts';
import { createNetwork, inspectNetwork, listNetworks } from '../../src/network/definitions.ts';
import { pruneNetworks, removeNetwork } from '../../src/network/lifecycle.ts';
import { connectRunning, disconnectRunning } from '../../src/network/running.ts';
import { ask, closeLab, container, isSilent, json, labContext, output, pings, remoteOf, server } from './lab.ts';

afterEach(closeLab);

test('containers on the default network reach each other, the gateway, and a machine outside that sees the host', async () => {
  const context = labContext();
  const remote = remoteOf(context.caller);
  const network = inspectNetwork(context, 'bridge');
  expect(network).toMatchObject({ subnet: '172.17.0.0/16', gateway: '172.17.0.1', bridge: 'mdtbr0' });
  const [one, two] = [container(context, network), container(context, network)];
  expect([one.lease.address, two.lease.address]).toEqual(['172.17.0.2', '172.17.0.3']);
  expect(pings(one.process, two.lease.address)).toBe(true);
  expect(pings(one.process, '172.17.0.1')).toBe(true);
  await server(remote, 'tcp', 7000);
  expect(ask(one.process, 'tcp', '192.0.2.9', 7000)).toBe('hello 192.0.2.1');
  const inside = json(one.process, 'ip', '-j', 'address', 'show', 'eth0')[0];
  expect(inside).toMatchObject({ address: '02:42:ac:11:00:02', operstate: 'UP', mtu: 1500 });
  expect(inside.addr_info[0]).toMatchObject({ local: '172.17.0.2', prefixlen: 16, broadcast: '172.17.255.255' });
  expect(json(one.process, 'ip', '-j', 'route')[0]).toMatchObject({ dst: 'default', gateway: '172.17.0.1' });
});

test('published ports answer from outside, from the host by its address and 127.0.0.1, and from the same network', async () => {
  const context = labContext();
  const remote = remoteOf(context.caller);
  const network = inspectNetwork(context, 'bridge');
  const web = container(context, network, '8080:80', '5300:53/udp', '127.0.0.1:8081:80');
  const other = container(context, network);
  await Promise.all([server(web.process, 'tcp', 80), server(web.process, 'udp', 53)]);
  expect(ask(remote, 'tcp', '192.0.2.1', 8080)).toBe('hello 192.0.2.9');
  expect(ask(remote, 'udp', '192.0.2.1', 5300)).toBe('hello 192.0.2.9');
  expect(ask(context.caller, 'tcp', '192.0.2.1', 8080)).toBe('hello 192.0.2.1');
  expect(ask(context.caller, 'tcp', '127.0.0.1', 8080)).toBe('hello 172.17.0.1');
  expect(ask(context.caller, 'udp', '127.0.0.1', 5300)).toBe('hello 172.17.0.1');
  expect(ask(context.caller, 'tcp', '127.0.0.1', 8081)).toBe('hello 172.17.0.1');
  expect(isSilent(remote, 'tcp', '192.0.2.1', 8081)).toBe(true);
  expect(ask(other.process, 'tcp', '192.0.2.1', 8080)).toBe('hello 172.17.0.1');
  expect(ask(web.process, 'tcp', '192.0.2.1', 8080)).toBe('hello 172.17.0.1');
  const taken = () => container(context, network, '8080:81');
  expect(taken).toThrow(/8080.*published by container/);
  disconnect(context, network, web.lease.container);
  expect(isSilent(remote, 'tcp', '192.0.2.1', 8080)).toBe(true);
  const table = json(context.caller, 'nft', '-j', 'list', 'table', 'inet', 'mdtbr0');
  const maps = table.nftables.flatMap((it: { map?: { elem?: unknown } }) => (it.map ? [it.map.elem] : []));
  expect(maps).toEqual([undefined, undefined, undefined, undefined]);
  expect(() => container(context, network, '8080:80')).not.toThrow();
});

test('IPv6: between containers, out through translation, in by a published port', async () => {
  const context = labContext();
  const remote = remoteOf(context.caller);
  const network = createNetwork(context, { name: 'six', subnet6: 'fd00:6::/64' });
  const one = container(context, network, '8080:80');
  const two = container(context, network);
  expect(two.lease.address6).toBe('fd00:6::3');
  expect(pings(two.process, 'fd00:6::2')).toBe(true);
  await Promise.all([server(remote, 'tcp', 7000, '::'), server(one.process, 'tcp', 80, '::')]);
  expect(ask(two.process, 'tcp', '2001:db8::9', 7000)).toBe('hello 2001:db8::1');
  expect(ask(remote, 'tcp', '2001:db8::1', 8080)).toBe('hello 2001:db8::9');
  expect(ask(two.process, 'tcp', '2001:db8::1', 8080)).toBe('hello fd00:6::1');
});

test('the MTU of a network is that of its bridge and of every link', () => {
  const context = labContext();
  const network = createNetwork(context, { name: 'small', mtu: 1400 });
  const one = container(context, network);
  const mtu = (process: BlankProcess): number[] =>
    json(process, 'ip', '-j', 'link').flatMap((it: { ifname: string; mtu: number }) =>
      it.ifname === 'lo' ? [] : [it.mtu],
    );
  expect(mtu(one.process)).toEqual([1400]);
  expect(mtu(context.caller)).toEqual([1400, 1400]);
  // Where nothing is said, it is not more than the host's way out has.
  const other = labContext();
  remoteOf(other.caller);
  output(other.caller, 'ip', 'link', 'set', 'uplink', 'mtu', '1380');
  expect(mtu(container(other, inspectNetwork(other, 'bridge')).process)).toEqual([1380]);
});

test('a running container is connected to a second network and taken off the first', () => {
  const context = labContext();
  remoteOf(context.caller);
  const [red, blue] = [createNetwork(context, { name: 'red' }), createNetwork(context, { name: 'blue' })];
  const one = container(context, red);
  const two = container(context, blue);
  const linkNames = (): string[] => json(one.process, 'ip', '-j', 'link').map((it: { ifname: string }) => it.ifname);
  const id = one.lease.container;
  const { pid } = one.process;
  const lease = connectRunning(context, blue, { container: id, pid, names: ['one'] });
  expect(linkNames()).toEqual(['lo', 'eth0', 'eth1']);
  expect(pings(one.process, two.lease.address)).toBe(true);
  expect(() => connectRunning(context, blue, { container: id, pid })).toThrow(/is on network "blue" already/);
  expect(disconnectRunning(context, red, id, pid)).toEqual(one.lease);
  expect(linkNames()).toEqual(['lo', 'eth1']);
  // The way out goes by the network that is left.
  expect(pings(one.process, '192.0.2.9')).toBe(true);
  expect(() => disconnectRunning(context, red, id, pid)).toThrow(/is not on network "red"/);
  expect(disconnectRunning(context, blue, id, pid)).toEqual(lease);
  expect(linkNames()).toEqual(['lo']);
});

test('a network in use is not removed; prune removes the others', () => {
  const context = labContext();
  const [red] = ['red', 'blue', 'green'].map((name) => createNetwork(context, { name }));
  const one = container(context, red!);
  expect(() => removeNetwork(context, 'red')).toThrow(`network "red" is in use by ${one.lease.container}`);
  expect(pruneNetworks(context).sort()).toEqual(['blue', 'green']);
  expect(json(context.caller, 'ip', '-j', 'link', 'show', red!.bridge)).toHaveLength(1);
  one.process.end();
  expect(removeNetwork(context, 'red').name).toBe('red');
  expect(() => removeNetwork(context, 'bridge')).toThrow(/is always there/);
  expect(listNetworks(context).map((network) => network.name)).toEqual(['bridge']);
});

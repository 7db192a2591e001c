/** Who gets which address: one at a time, many at once, and after kill -9. */
import { spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { admit, joinNetwork, layCable, publish, takeAddress } from '../../src/network/connect.ts';
import { createNetwork, inspectNetwork, type NetworkRequest } from '../../src/network/definitions.ts';
import { allLeases, allocate, claimPorts, isAlive, release, releaseDead } from '../../src/network/leases.ts';
import { reconcile } from '../../src/network/lifecycle.ts';
import { links } from '../../src/network/netlink/links.ts';
import { formatPublish, parsePublish } from '../../src/network/ports.ts';
import { closeLab, keep, labContext, namespace, output, server } from './lab.ts';

afterEach(closeLab);

const pid = process.pid;

test('the lowest free address; a wish is fulfilled or refused; what is freed is given out again', () => {
  const context = labContext();
  const network = createNetwork(context, { name: 'small', subnet: '10.5.0.0/29', subnet6: 'fd00:5::/64' });
  const take = (container: string, wishes = {}) => allocate(context, network, { container, pid, ...wishes }).lease;
  expect(take('a')).toMatchObject({ address: '10.5.0.2', address6: 'fd00:5::2', mac: '02:42:0a:05:00:02' });
  expect(take('b', { address: '10.5.0.4', address6: 'fd00:5::ff' })).toMatchObject({
    address: '10.5.0.4',
    address6: 'fd00:5::ff',
  });
  expect(take('c').address).toBe('10.5.0.3');
  expect(take('a').address).toBe('10.5.0.2');
  const refused = (wishes: object) => () => take('d', wishes);
  expect(refused({ address: '10.5.0.4' })).toThrow(/address 10.5.0.4 belongs to b; choose another/);
  expect(refused({ address: '10.5.0.1' })).toThrow(/belongs to the gateway/);
  for (const address of ['10.5.0.0', '10.5.0.7', '10.6.0.1'])
    expect(refused({ address })).toThrow(/is not one of network "small"; choose one of 10.5.0.0\/29/);
  expect(refused({ address: 'x' })).toThrow(/is not an IP address/);
  expect(refused({ mac: 'x' })).toThrow(/MAC/);
  expect([take('d').address, take('e').address]).toEqual(['10.5.0.5', '10.5.0.6']);
  expect(() => take('f')).toThrow(/network "small" has no free address left/);
  expect(release(context, 'small', 'c')?.address).toBe('10.5.0.3');
  expect(take('f').address).toBe('10.5.0.3');
});

test('a lease ends with its process, not with the next one that gets its pid', async () => {
  const context = labContext();
  const network = inspectNetwork(context, 'bridge');
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const { lease } = allocate(context, network, { container: 'a', pid: child.pid! });
  expect(isAlive(lease)).toBe(true);
  expect(isAlive({ ...lease, holder: { ...lease.holder, started: '1' } })).toBe(false);
  expect(isAlive({ ...lease, holder: { ...lease.holder, boot: 'another' } })).toBe(false);
  expect(() => allocate(context, network, { container: 'b', pid, address: lease.address })).toThrow(/belongs to a/);
  child.kill('SIGKILL');
  await ended;
  expect(isAlive(lease)).toBe(false);
  const next = allocate(context, network, { container: 'b', pid, address: lease.address });
  expect(next.displaced).toEqual([lease]);
  expect(allLeases(context)).toEqual([next.lease]);
  expect(releaseDead(context)).toEqual([]);
});

test('ports: any free one, never one that a program or a container has', async () => {
  const context = labContext();
  const network = inspectNetwork(context, 'bridge');
  const [a, b] = ['a', 'b'].map((container) => allocate(context, network, { container, pid }).lease);
  const port = { hostPort: 8080, containerPort: 80, protocol: 'tcp' } as const;
  const any = claimPorts(context, a!, [{ ...port, hostPort: 0 }, port]).ports[0]!.hostPort;
  expect(any).toBeGreaterThan(1023);
  expect(() => claimPorts(context, b!, [port])).toThrow(
    /port 0.0.0.0:8080->80\/tcp is published by container a already/,
  );
  expect(() => claimPorts(context, b!, [{ ...port, ip: '127.0.0.1' }])).toThrow(/published by container a/);
  expect(claimPorts(context, b!, [{ ...port, protocol: 'udp' }]).ports).toHaveLength(1);
  expect(() =>
    claimPorts(context, b!, [
      { ...port, hostPort: 1 },
      { ...port, hostPort: 1 },
    ]),
  ).toThrow(/asked for twice/);
  await server(context.caller, 'tcp', 9000, '127.0.0.1');
  await server(context.caller, 'udp', 9000, '127.0.0.1');
  for (const protocol of ['tcp', 'udp'] as const) {
    const taken = () => claimPorts(context, b!, [{ ...port, protocol, hostPort: 9000 }]);
    expect(taken).toThrow(
      `host port 9000/${protocol} is taken by a program of this host; see who: ss -ln${protocol[0]}p`,
    );
  }
  expect(() => claimPorts(context, b!, [{ ...port, hostPort: 9001, ip: '203.0.113.1' }])).toThrow(
    /host has no such address/,
  );
});

test('of a range of host ports the first is taken that nobody has', async () => {
  const context = labContext();
  const network = inspectNetwork(context, 'bridge');
  const [a, b] = ['a', 'b'].map((container) => allocate(context, network, { container, pid }).lease);
  await server(context.caller, 'tcp', 8000);
  const claim = (lease: typeof a, ...ports: string[]) =>
    claimPorts(context, lease!, ports.flatMap(parsePublish)).ports.map(formatPublish);
  expect(claim(a, '8000-8003:80', '8000-8003:81')).toEqual(['0.0.0.0:8001->80/tcp', '0.0.0.0:8002->81/tcp']);
  expect(claim(b, '8000-8003:80')).toEqual(['0.0.0.0:8003->80/tcp']);
  expect(() => claim(b, '8000-8002:80')).toThrow(/no host port from 8000 to 8002 is free for 80; widen the range/);
});

test('definitions: what can be had, and what is refused', () => {
  const context = labContext();
  const make = (request: NetworkRequest) => createNetwork(context, request);
  expect(inspectNetwork(context, 'bridge')).toMatchObject({
    subnet: '172.17.0.0/16',
    bridge: 'mdtbr0',
    internal: false,
  });
  const red = make({ name: 'red', labels: { a: 'b' }, mtu: 1400, internal: true, ipv6: true });
  expect(red).toMatchObject({
    subnet: '172.18.0.0/16',
    gateway: '172.18.0.1',
    labels: { a: 'b' },
    mtu: 1400,
    internal: true,
  });
  expect(red.bridge).toMatch(/^mdtbr-[0-9a-f]{4}$/);
  expect(red.gateway6).toMatch(/^fd.*::1$/);
  expect(inspectNetwork(context, red.id.slice(0, 6))).toEqual(red);
  expect(make({ name: 'blue', subnet: '10.9.0.0/24', gateway: '10.9.0.254' }).gateway).toBe('10.9.0.254');
  const refused = (request: NetworkRequest) => () => make(request);
  expect(refused({ name: 'red' })).toThrow(/network "red" exists already/);
  for (const name of ['', '-x', 'a/b', '..', 'host', 'none'])
    expect(refused({ name })).toThrow(/cannot be the name of a network/);
  expect(refused({ name: 'x', subnet: '10.9.0.128/25' })).toThrow(/overlaps 10.9.0.0\/24 of network "blue"/);
  expect(refused({ name: 'x', subnet: '10.8.0.0/31' })).toThrow(/cannot be a network's IPv4 subnet/);
  expect(refused({ name: 'x', subnet: 'fd00::/64' })).toThrow(/cannot be a network's IPv4 subnet/);
  expect(refused({ name: 'x', gateway: '10.1.1.1' })).toThrow(/gateway 10.1.1.1 is not an address of/);
  expect(refused({ name: 'x', mtu: 10 })).toThrow(/MTU 10 is not possible/);
  output(context.caller, 'ip', 'route', 'add', '10.77.0.0/16', 'dev', 'lo');
  expect(refused({ name: 'x', subnet: '10.77.5.0/24' })).toThrow(/of a route of this host/);
  expect(() => inspectNetwork(context, 'nothing')).toThrow(
    /network "nothing" does not exist; make it: network create nothing/,
  );
});

test('the cable of a dead container goes, though somebody keeps its network namespace', () => {
  const context = labContext();
  const network = inspectNetwork(context, 'bridge');
  const one = namespace();
  const keeper = keep(one.fork());
  joinNetwork(context, network, 'one', one.pid);
  layCable(context, network, 'one', one.pid, 'eth0');
  expect(reconcile(context)).toEqual([]);
  const lease = takeAddress(context, network, { container: 'one', pid: one.pid });
  one.end();
  expect(links(keeper).map((link) => link.name)).toEqual(['lo', 'eth0']);
  expect(reconcile(context)).toEqual([lease]);
  expect(links(keeper).map((link) => link.name)).toEqual(['lo']);
  // Nobody uses it any more, so that the bridge has gone too.
  expect(links(context.caller).map((link) => link.name)).toEqual(['lo']);
  // Begun again: between cable and address there is nothing to tidy away.
  joinNetwork(context, network, 'one', keeper.pid);
  takeAddress(context, network, { container: 'one', pid: keeper.pid });
  layCable(context, network, 'one', keeper.pid, 'eth0');
  expect(reconcile(context)).toEqual([]);
  expect(links(keeper)).toHaveLength(2);
});

test('ports of a dead container do not lead to whoever has its address now', () => {
  const context = labContext();
  const network = inspectNetwork(context, 'bridge');
  const dead = namespace();
  joinNetwork(context, network, 'dead', dead.pid);
  joinNetwork(context, network, 'next', pid);
  admit(context, network);
  const lease = takeAddress(context, network, { container: 'dead', pid: dead.pid });
  publish(context, lease, [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }]);
  const map = (): string => output(context.caller, 'nft', 'list', 'map', 'inet', 'mdtbr0', 'ports4');
  expect(map()).toContain('8080 : 172.17.0.2 . 80');
  dead.end();
  const next = takeAddress(context, network, { container: 'next', pid, address: '172.17.0.2' });
  expect(map()).not.toContain('8080');
  publish(context, next, [{ hostPort: 8080, containerPort: 81, protocol: 'tcp' }]);
  expect(map()).toContain('8080 : 172.17.0.2 . 81');
});

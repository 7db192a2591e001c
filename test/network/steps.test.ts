/** The steps of the network, one after another on a box, and what other programs see after each. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NetworkContext } from '../../src/network/context.ts';
import { createNetwork } from '../../src/network/definitions.ts';
import { allLeases } from '../../src/network/leases.ts';
import { mapOf } from '../../src/observe/map.ts';
import type { Config } from '../../src/spec/config.ts';
import { attachmentsOf, withAttachments } from '../../src/spec/networks.ts';
import { Box } from '../../src/steps/box.ts';
import * as steps from '../../src/steps/steps.ts';
import { mapText } from '../../src/view/map.ts';
import { until } from '../support.ts';
import { ask, closeLab, json, labContext, output, outputAside, remoteOf, server } from './lab.ts';

const config: Config = {
  ociVersion: '1.2.0',
  root: { path: 'root' },
  process: { user: { uid: 0, gid: 0 }, args: ['true'], env: [], cwd: '/' },
  mounts: [],
  linux: { namespaces: [{ type: 'network' }] },
};

let context: ReturnType<typeof labContext>;
let boxes: Box[] = [];

function newBox(id: string): Box {
  const directory = mkdtempSync(join(tmpdir(), 'box-'));
  const box = new Box({ id, config, root: { kind: 'directory', path: '/' }, directory });
  boxes.push(box);
  return box;
}

async function connected(id: string, attachments: Parameters<typeof steps.net.connections>[0]): Promise<Box> {
  const box = newBox(id);
  const list = [steps.namespace('network'), steps.loopback(), ...steps.net.connections(attachments, context)];
  for (const step of list) await box.apply(step);
  return box;
}

const linkNames = (of: NetworkContext['caller'] & { pid: number }): string[] =>
  json(of as never, 'ip', '-j', 'link').map((it: { ifname: string }) => it.ifname);

beforeEach(() => {
  context = labContext();
});

afterEach(async () => {
  for (const box of boxes) await box.close();
  boxes = [];
  closeLab();
});

test('each step lays one wire, and says truly what there is', async () => {
  const box = newBox('one');
  const observe = (): Record<string, unknown> => box.done.at(-1)!.observe(box);
  await box.apply(steps.namespace('network'));
  await box.apply(steps.loopback());
  const [bridge, veth, address, route, nat, publish] = steps.net.connections(
    [{ network: 'bridge', names: ['web'], ports: ['8080:80'] }],
    context,
  );
  await box.apply(bridge!);
  expect(linkNames(context.caller)).toEqual(['lo', 'mdtbr0']);
  expect(observe()).toEqual({ bridge: 'mdtbr0', state: 'up', addresses: '172.17.0.1/16' });
  await box.apply(veth!);
  expect(linkNames(box.process)).toEqual(['lo', 'eth0']);
  const outer = json(context.caller, 'ip', '-j', '-d', 'link', 'show', 'master', 'mdtbr0')[0];
  expect(outer).toMatchObject({ linkinfo: { info_kind: 'veth', info_slave_data: { hairpin: true } } });
  expect(observe().host).toBe(`${outer.ifname} (${outer.ifindex}) on mdtbr0`);
  expect(() => steps.net.publish(['80:80'], {}, context).check!(box)).toThrow(/needs an address/);
  await box.apply(address!);
  expect(json(box.process, 'ip', '-j', 'address', 'show', 'eth0')[0].addr_info[0]).toMatchObject({
    local: '172.17.0.2',
  });
  expect(observe()).toMatchObject({
    addresses: '172.17.0.2/16',
    mac: '02:42:ac:11:00:02',
    lease: '172.17.0.2',
    link: 'up',
  });
  await box.apply(route!);
  expect(Object.values(observe())).toContain('default via 172.17.0.1 dev eth0');
  await box.apply(nat!);
  expect(observe()).toEqual({
    rules: 'nft table inet mdtbr0',
    'mdtbr0 172.17.0.0/16': 'leaves under the host’s address',
  });
  await box.apply(publish!);
  expect(observe()).toEqual({ '0.0.0.0:8080->80/tcp': '172.17.0.2' });
  await server(box.process, 'tcp', 80);
  expect(ask(remoteOf(context.caller), 'tcp', '192.0.2.1', 8080)).toBe('hello 192.0.2.9');
});

test('steps say what they are, and their code makes the same step again', () => {
  const list = steps.net.connections([{ network: 'red', ports: ['80:80'] }, { network: 'bridge' }], context);
  expect(list.map((step) => step.name)).toEqual([
    ...['net.bridge', 'net.veth', 'net.address', 'net.route', 'net.nat', 'net.publish'],
    ...['net.bridge:eth1', 'net.veth:eth1', 'net.address:eth1', 'net.route:eth1', 'net.nat:eth1', 'net.names'],
  ]);
  expect(list[5]!.code).toBe('steps.net.publish(["80:80"], {"network":"red"})');
  for (const step of list) {
    expect(step.explain.length).toBeGreaterThan(100);
    const again = new Function('steps', `return ${step.code}`)(steps);
    expect(again.code).toBe(step.code);
  }
});

test('a process that is going to fork is not connected: the address belongs to the one that stays', async () => {
  const box = newBox('early');
  for (const step of [steps.namespace('pid'), steps.namespace('network')]) await box.apply(step);
  expect(() => steps.net.bridge({}, context).check!(box)).toThrow(/fork first/);
});

test('on the host’s own network namespace every step refuses', () => {
  const box = newBox('bare');
  for (const step of steps.net.connections([{ network: 'bridge', ports: ['80:80'] }], context))
    expect(() => step.check!(box)).toThrow(/host/);
});

test('going back takes back what the kernel does not; closing leaves nothing', async () => {
  const box = await connected('one', [{ network: 'bridge', ports: ['8080:80'] }]);
  const address = allLeases(context)[0]!.address;
  await box.back(1);
  expect(output(context.caller, 'nft', 'list', 'map', 'inet', 'mdtbr0', 'ports4')).not.toContain('8080');
  expect(allLeases(context)).toMatchObject([{ address, ports: [] }]);
  await box.close();
  expect(allLeases(context)).toEqual([]);
  await until(() => linkNames(context.caller).join() === 'lo');
  expect(output(context.caller, 'nft', 'list', 'ruleset')).toBe('');
});

test('a step that fails takes back what it had begun', async () => {
  await connected('one', [{ network: 'bridge', ports: ['8080:80'] }]);
  const two = await connected('two', [{ network: 'bridge' }]);
  await expect(two.apply(steps.net.publish(['8080:81'], {}, context))).rejects.toThrow(/8080.*container one already/);
  expect(allLeases(context).find((lease) => lease.container === 'two')!.ports).toEqual([]);
  await server(context.caller, 'tcp', 8081);
  await expect(two.apply(steps.net.publish(['8081:81'], {}, context))).rejects.toThrow(/8081.*taken by a program/);
});

test('two networks: two cables, one way out, and each name on its own network', async () => {
  createNetwork(context, { name: 'red', subnet6: 'fd00:1::/64' });
  const box = await connected('one', [{ network: 'red', address: '172.17.0.9' }, { network: 'bridge' }]);
  const found = json(box.process, 'ip', '-j', '-4', 'address').map(
    (it: { ifname: string; addr_info: { local: string }[] }) => [it.ifname, it.addr_info[0]!.local],
  );
  expect(found).toEqual([
    ['lo', '127.0.0.1'],
    ['eth0', '172.17.0.9'],
    ['eth1', '172.18.0.2'],
  ]);
  const defaults = json(box.process, 'ip', '-j', 'route', 'show', 'default');
  expect(defaults).toMatchObject([{ gateway: '172.17.0.1', dev: 'eth0' }]);
});

test('on a network that somebody made, names are answered inside', async () => {
  createNetwork(context, { name: 'red' });
  const [one, two] = [await connected('one', [{ network: 'red', names: ['one'] }]), newBox('two')];
  const list = steps.net.connections([{ network: 'red', names: ['two'], servers: ['127.0.0.1#9'] }], context);
  for (const step of [steps.namespace('network'), steps.loopback(), ...list]) await two.apply(step);
  const names = two.done.at(-1)!;
  expect(names.code).toBe('steps.net.names(["127.0.0.1#9"])');
  expect(names.observe(two)).toEqual({ server: '127.0.0.11:53', one: '172.17.0.2', two: '172.17.0.3' });
  const script = `const r = new (require('dns').promises.Resolver)(); r.setServers(['127.0.0.11']); r.resolve4('one').then((a) => console.log(a[0]))`;
  expect((await outputAside(two.process, 'node', '-e', script)).trim()).toBe('172.17.0.2');
  expect(output(two.process, 'ss', '-Hlnu').trim()).toContain('127.0.0.11:53');
  await two.back(1);
  expect(output(two.process, 'ss', '-Hlnu')).toBe('');
  expect(one.has('net.names')).toBe(true);
});

test('a network that does not exist: the step fails, and what was made before is taken back', async () => {
  const box = newBox('one');
  const undone: string[] = [];
  const before = { ...steps.loopback(), undo: () => void undone.push('before') };
  const stubborn = {
    ...before,
    undo() {
      if (undone.push('stubborn') === 1) throw new Error('busy');
    },
  };
  for (const step of [steps.namespace('network'), before, stubborn]) await box.apply(step);
  await expect(box.apply(steps.net.bridge({ network: 'nowhere' }, context))).rejects.toThrow(
    /"nowhere" does not exist/,
  );
  await expect(box.close()).rejects.toThrow('busy');
  expect(undone).toEqual(['stubborn', 'before']);
  expect(await box.close()).toEqual(['loopback']);
});

test('the map draws the cable', async () => {
  const box = newBox('one');
  for (const step of [steps.namespace('network'), steps.loopback()]) await box.apply(step);
  expect(mapOf(box, context).cables).toEqual([]);
  for (const step of steps.net.connections([{ network: 'bridge' }], context)) await box.apply(step);
  const [cable, ...more] = mapOf(box, context).cables;
  expect([cable, more]).toMatchObject([
    { link: 'eth0', addresses: ['172.17.0.2/16'], bridge: 'mdtbr0', gateway: ['172.17.0.1/16'] },
    [],
  ]);
  expect(cable!.end).toBe(json(context.caller, 'ip', '-j', 'link', 'show', 'master', 'mdtbr0')[0].ifname);
  expect(mapText(mapOf(box, context))).toContain(`  eth0 172.17.0.2/16 ══╪══ ${cable!.end} ── mdtbr0 172.17.0.1/16`);
});

test('the configuration carries the cables', () => {
  const attachments = [{ network: 'bridge', ports: ['80:80'] }];
  expect(attachmentsOf(withAttachments(config, attachments))).toEqual(attachments);
  expect(attachmentsOf(config)).toEqual([]);
  const broken = (text: string) => () => attachmentsOf({ ...config, annotations: { 'org.minidocker.networks': text } });
  expect(broken('{')).toThrow(/is not JSON/);
  expect(broken('[{"name":"bridge"}]')).toThrow(/names no networks/);
});

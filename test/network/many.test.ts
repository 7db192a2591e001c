/** Many containers: started by several processes at once, and two hundred on one bridge. */
import { isDeepStrictEqual } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { configureLink, joinNetwork, layCable, takeAddress } from '../../src/network/connect.ts';
import { inspectNetwork } from '../../src/network/definitions.ts';
import { allLeases, isAlive } from '../../src/network/leases.ts';
import { reconcile } from '../../src/network/lifecycle.ts';
import { links } from '../../src/network/netlink/links.ts';
import { until } from '../support.ts';
import { begin, closeLab, container, json, labContext, namespace, output, outputAside, script } from './lab.ts';

afterEach(closeLab);

const COUNT = 200;

test('three processes start containers at once; killed, they leave nothing after the next command', async () => {
  const context = labContext();
  const prefixes = ['a', 'b', 'c'];
  const kill = await Promise.all(
    prefixes.map((prefix, at) =>
      script(context.caller, 'starter.ts', context.directory, context.bridge, prefix, '10', String(8000 + 100 * at)),
    ),
  );
  const leases = allLeases(context);
  expect(leases).toHaveLength(30);
  expect(new Set(leases.map((lease) => lease.address)).size).toBe(30);
  expect(json(context.caller, 'ip', '-j', 'link', 'show', 'master', 'mdtbr0')).toHaveLength(30);
  const ports = (): number =>
    output(context.caller, 'nft', 'list', 'map', 'inet', 'mdtbr0', 'ports4').match(/tcp \./g)?.length ?? 0;
  expect(ports()).toBe(30);
  expect(reconcile(context)).toEqual([]);
  kill[0]!();
  kill[1]!();
  await until(() => allLeases(context).filter(isAlive).length === 10);
  expect(reconcile(context)).toHaveLength(20);
  expect(ports()).toBe(10);
  kill[2]!();
  await until(() => !allLeases(context).some(isAlive));
  reconcile(context);
  expect(allLeases(context)).toEqual([]);
  await until(() => links(context.caller).length === 1);
  expect(output(context.caller, 'nft', 'list', 'ruleset')).toBe('');
});

test('fifty starts at once, killed in the middle: the next command takes away every link, address and rule', async () => {
  const context = labContext();
  const { caller, directory, bridge } = context;
  output(caller, 'sh', '-c', 'echo 0 > /proc/sys/net/ipv4/ip_forward');
  const starters = Array.from({ length: 5 }, (_, n) =>
    begin(caller, 'starter.ts', directory, bridge, `s${n}x`, '10', String(8000 + 100 * n)),
  );
  await until(() => allLeases(context).length >= 5, 60, 'the first containers');
  for (const { end } of starters) end();
  const sees = (): unknown => {
    reconcile(context);
    const rules = output(caller, 'nft', 'list', 'ruleset');
    const forwards = output(caller, 'cat', '/proc/sys/net/ipv4/ip_forward').trim();
    return { leases: allLeases(context).length, links: links(caller).map((it) => it.name), rules, forwards };
  };
  const clean = { leases: 0, links: ['lo'], rules: '', forwards: '0' };
  await until(() => isDeepStrictEqual(sees(), clean)).catch(() => expect(sees()).toEqual(clean));
  expect(container(context, inspectNetwork(context, 'bridge'), '8000:80').lease.address).toBe('172.17.0.2');
});

test('two hundred containers on one bridge: addresses of their own, all reach the gateway, all gone afterwards', async () => {
  const context = labContext();
  const network = inspectNetwork(context, 'bridge');
  const all = Array.from({ length: COUNT }, (_, n) => {
    const process = namespace();
    joinNetwork(context, network, `c${n}`, process.pid);
    layCable(context, network, `c${n}`, process.pid, 'eth0');
    const lease = takeAddress(context, network, { container: `c${n}`, pid: process.pid });
    configureLink(process, 'eth0', network, lease);
    return { process, lease };
  });
  expect(new Set(all.map((it) => it.lease.address)).size).toBe(COUNT);
  // An answer to the gateway has reached it.
  const addresses = all.map((it) => it.lease.address).join(' ');
  const deaf = `for a in ${addresses}; do ping -c 1 -W 5 $a >/dev/null || echo $a; done`;
  expect(await outputAside(context.caller, 'sh', '-c', deaf)).toBe('');
  for (const { process } of all) process.end();
  expect(reconcile(context)).toHaveLength(COUNT);
  await until(() => links(context.caller).length === 1);
});

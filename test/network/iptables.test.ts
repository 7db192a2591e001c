/** The rules where there is no nft: their text, and (where iptables is installed) what they do. */
import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { disconnect } from '../../src/network/connect.ts';
import { createNetwork, inspectNetwork, type Network } from '../../src/network/definitions.ts';
import { rebuildRules, rulesPlace } from '../../src/network/firewall.ts';
import { iptablesRules, removalText, restoreText } from '../../src/network/iptables.ts';
import { until } from '../support.ts';
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
  server,
} from './lab.ts';

afterEach(closeLab);

const network: Network = {
  name: 'bridge',
  id: '0123456789ab',
  bridge: 'br0',
  subnet: '172.17.0.0/16',
  gateway: '172.17.0.1',
  subnet6: 'fd00::/64',
  gateway6: 'fd00::1',
  internal: false,
  labels: {},
  options: {},
  created: '',
};
const port = { hostPort: 8080, containerPort: 80, protocol: 'tcp' } as const;
const publications = [
  { ...port, to: '172.17.0.2' },
  { ...port, to: 'fd00::2' },
  { ...port, ip: '127.0.0.1', protocol: 'udp' as const, to: '172.17.0.2' },
];

test('the rules as text, by family', () => {
  expect(iptablesRules(4, [network], publications)).toEqual({
    guard: ['-i br0 -d 127.0.0.0/8 -j DROP'],
    ports: [
      '-p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
      '-d 127.0.0.1 -p udp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
    ],
    leaving: [
      '-s 172.17.0.0/16 -o br0 -m conntrack --ctstate DNAT -j MASQUERADE',
      '-s 172.17.0.0/16 ! -o br0 -j MASQUERADE',
      '-s 127.0.0.0/8 -o br0 -j MASQUERADE',
    ],
    forward: [
      '-i br0 -o br0 -j ACCEPT',
      '-o br0 -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT',
      '-o br0 -j DROP',
      '-i br0 -j ACCEPT',
    ],
  });
  const six = iptablesRules(6, [network], publications);
  expect(six.ports).toEqual(['! -d ::1 -p tcp --dport 8080 -j DNAT --to-destination [fd00::2]:80']);
  expect(six.guard).toEqual([]);
  expect(iptablesRules(6, [{ ...network, subnet6: undefined } as never], [])).toEqual({
    guard: [],
    ports: [],
    leaving: [],
    forward: [],
  });
  const shut = iptablesRules(4, [{ ...network, internal: true }], []);
  expect(shut.forward.slice(1, 3)).toEqual(['-i br0 -j DROP', '-o br0 -j DROP']);
  expect(shut.leaving).not.toContain('-s 172.17.0.0/16 ! -o br0 -j MASQUERADE');
});

test('a jump is added once, and taken away with the chains', () => {
  const rules = iptablesRules(4, [network], []);
  const fresh = restoreText('br0', rules, '');
  expect(fresh).toContain('-I FORWARD -j br0-forward\n');
  expect(fresh.match(/^\*\w+$/gm)).toEqual(['*raw', '*nat', '*filter']);
  const present = '*filter\n:br0-forward - [0:0]\n-A FORWARD -j br0-forward\nCOMMIT\n';
  expect(restoreText('br0', rules, present)).not.toContain('-I FORWARD');
  expect(removalText('br0', present)).toBe(
    '*filter\n-D FORWARD -j br0-forward\n-F br0-forward\n-X br0-forward\nCOMMIT\n',
  );
  expect(removalText('br0', '')).toBe('');
});

const installed = spawnSync('iptables-save', ['--version']).status === 0;

describe.runIf(installed)('where iptables is installed', () => {
  test('out, in by a published port, apart, shut in; nothing left afterwards, the rules of others as they were', async () => {
    const context = { ...labContext(), firewall: 'iptables' as const };
    const host = context.caller;
    output(host, 'sh', '-c', 'iptables -P FORWARD DROP; iptables -A FORWARD -p tcp --dport 22 -j ACCEPT');
    // Rules, chains that somebody made, and policies; built-in tables that are empty may come into being.
    const saved = (): string =>
      (output(host, 'sh', '-c', 'iptables-save; ip6tables-save').match(/^(-A .*|:\S+ (-|DROP))/gm) ?? []).join('\n');
    const before = saved();
    const remote = remoteOf(host);
    const web = container(context, inspectNetwork(context, 'bridge'), '8080:80');
    const other = container(context, createNetwork(context, { name: 'red', subnet6: 'fd00:5::/64' }), '8081:80');
    const inner = container(context, createNetwork(context, { name: 'inner', internal: true }));
    expect(rulesPlace(context)).toBe('iptables chains mdtbr0-…');
    await Promise.all([
      server(web.process, 'tcp', 80),
      server(other.process, 'tcp', 80, '::'),
      server(remote, 'tcp', 7000, '::'),
    ]);
    expect(pings(web.process, '192.0.2.9')).toBe(true);
    expect(ask(other.process, 'tcp', '2001:db8::9', 7000)).toBe('hello 2001:db8::1');
    expect(ask(remote, 'tcp', '192.0.2.1', 8080)).toBe('hello 192.0.2.9');
    expect(ask(remote, 'tcp', '2001:db8::1', 8081)).toBe('hello 2001:db8::9');
    expect(ask(host, 'tcp', '127.0.0.1', 8080)).toBe('hello 172.17.0.1');
    expect(ask(web.process, 'tcp', '192.0.2.1', 8080)).toBe('hello 172.17.0.1');
    expect(isDeaf(web.process, other.lease.address)).toBe(true);
    output(inner.process, 'ip', 'route', 'add', 'default', 'via', '172.19.0.1');
    expect(isDeaf(inner.process, '192.0.2.9')).toBe(true);
    rebuildRules(context);
    expect(saved().match(/-j mdtbr0-ports/g)).toHaveLength(4);
    for (const [name, it] of [
      ['bridge', web],
      ['red', other],
      ['inner', inner],
    ] as const)
      disconnect(context, inspectNetwork(context, name), it.lease.container);
    expect(isSilent(remote, 'tcp', '192.0.2.1', 8080)).toBe(true);
    await until(() => json(host, 'ip', '-j', 'link').length === 2);
    expect(before).toBe(':FORWARD DROP\n-A FORWARD -p tcp -m tcp --dport 22 -j ACCEPT');
    expect(saved()).toBe(before);
    expect(rulesPlace(context)).toBeUndefined();
  });
});

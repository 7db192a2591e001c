/** Forwarding is the host's: on while a network is in use, afterwards as it was. */
import { afterEach, expect, test } from 'vitest';
import { connect, disconnect } from '../../src/network/connect.ts';
import { createNetwork, inspectNetwork } from '../../src/network/definitions.ts';
import { removeIdle } from '../../src/network/idle.ts';
import { reconcile } from '../../src/network/lifecycle.ts';
import { until } from '../support.ts';
import { closeLab, labContext, namespace, output, remoteOf } from './lab.ts';

afterEach(closeLab);

type Lab = ReturnType<typeof labContext>;

const FORWARD = 'net/ipv4/ip_forward';
const FORWARD6 = 'net/ipv6/conf/all/forwarding';

const get = ({ caller }: Lab, name: string): string => output(caller, 'cat', `/proc/sys/${name}`).trim();
const set = ({ caller }: Lab, name: string, value: string): string =>
  output(caller, 'sh', '-c', `echo ${value} > /proc/sys/${name}`);

function connected(context: Lab, name: string, container: string) {
  const network = inspectNetwork(context, name);
  const process = namespace();
  connect(context, process, network, { container, pid: process.pid, link: 'eth0' });
  return { process, leave: () => void disconnect(context, network, container) };
}

test('forwarding goes on with the first container and off with the last', () => {
  const context = labContext();
  createNetwork(context, { name: 'red' });
  set(context, FORWARD, '0');
  const [one, two] = [connected(context, 'bridge', 'one'), connected(context, 'red', 'two')];
  expect(get(context, FORWARD)).toBe('1');
  one.leave();
  expect(get(context, FORWARD)).toBe('1');
  two.leave();
  expect(get(context, FORWARD)).toBe('0');
});

test('what was on before stays on', () => {
  const context = labContext();
  set(context, FORWARD, '1');
  connected(context, 'bridge', 'one').leave();
  removeIdle(context);
  expect(get(context, FORWARD)).toBe('1');
});

test('after kill -9 the next command sets it back', async () => {
  const context = labContext();
  set(context, FORWARD, '0');
  const { process } = connected(context, 'bridge', 'one');
  process.end();
  await until(() => reconcile(context).length === 1);
  expect(get(context, FORWARD)).toBe('0');
});

test('IPv6: links that learn their address from a router go on doing so while the host forwards', () => {
  const context = labContext();
  remoteOf(context.caller);
  output(context.caller, 'ip', 'link', 'add', 'changed', 'type', 'veth', 'peer', 'name', 'fixed');
  const links = ['uplink', 'changed', 'fixed'].map((name) => `net/ipv6/conf/${name}/accept_ra`);
  const values = (): string[] => [FORWARD6, ...links].map((it) => get(context, it));
  set(context, FORWARD6, '0');
  for (const [at, value] of ['1', '1', '0'].entries()) set(context, links[at]!, value);
  createNetwork(context, { name: 'six', ipv6: true });
  const one = connected(context, 'six', 'one');
  expect(values()).toEqual(['1', '2', '2', '0']);
  // What somebody else has changed meanwhile is theirs.
  set(context, links[1]!, '0');
  one.leave();
  expect(values()).toEqual(['0', '1', '0', '0']);
});

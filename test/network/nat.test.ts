/** The firewall table as text, and as nft(8) understands it. */
import { afterEach, expect, test } from 'vitest';
import type { Network } from '../../src/network/definitions.ts';
import { tableText } from '../../src/network/nat.ts';
import { NftError, nft } from '../../src/network/nft.ts';
import { closeLab, json, namespace } from './lab.ts';

afterEach(closeLab);

const bridge: Network = {
  name: 'bridge',
  id: '0123456789ab',
  bridge: 'br0',
  subnet: '172.17.0.0/16',
  gateway: '172.17.0.1',
  internal: false,
  labels: {},
  options: {},
  created: '',
};
const inner: Network = {
  ...bridge,
  name: 'inner',
  bridge: 'br1',
  subnet: '10.1.0.0/24',
  subnet6: 'fd00::/64',
  internal: true,
};
const port = { hostPort: 8080, containerPort: 80, protocol: 'tcp' } as const;

test('networks and ports are elements; the rules are the same whatever there is', () => {
  const empty = tableText('br0', []);
  const full = tableText(
    'br0',
    [bridge, inner],
    [
      { ...port, to: '172.17.0.2' },
      { ...port, ip: '127.0.0.1', to: '172.17.0.2' },
      { ...port, to: 'fd00::2' },
    ],
  );
  expect(full.startsWith(empty)).toBe(true);
  expect(full.slice(empty.length).trim().split('\n')).toEqual([
    'add element inet br0 bridges { "br0" }',
    'add element inet br0 within { "br0" . "br0" }',
    'add element inet br0 leaving4 { 172.17.0.0/16 }',
    'add element inet br0 bridges { "br1" }',
    'add element inet br0 within { "br1" . "br1" }',
    'add element inet br0 internal { "br1" }',
    'add element inet br0 ports4 { tcp . 8080 : 172.17.0.2 . 80 }',
    'add element inet br0 ports4at { 127.0.0.1 . tcp . 8080 : 172.17.0.2 . 80 }',
    'add element inet br0 ports6 { tcp . 8080 : fd00::2 . 80 }',
  ]);
});

test('nft takes it, and says what it has understood', () => {
  const host = namespace();
  nft(host, tableText('br0', [bridge, inner], [{ ...port, to: '172.17.0.2' }]));
  const { nftables } = json(host, 'nft', '-j', 'list', 'table', 'inet', 'br0') as {
    nftables: Record<string, { name?: string; elem?: unknown }>[];
  };
  const elements = (kind: string, name: string) => nftables.find((it) => it[kind]?.name === name)![kind]!.elem;
  expect(elements('set', 'bridges')).toEqual(['br0', 'br1']);
  expect(elements('map', 'ports4')).toEqual([[{ concat: ['tcp', 8080] }, { concat: ['172.17.0.2', 80] }]]);
  const hooks = nftables.flatMap((it) => (it.chain && 'hook' in it.chain ? [it.chain.hook] : []));
  expect(hooks.sort()).toEqual(['forward', 'output', 'postrouting', 'prerouting', 'prerouting']);
});

test('a refusal says what nft says; a batch that is refused changes nothing', () => {
  const host = namespace();
  const refused = (): string => nft(host, 'add table inet one\nadd rule inet one nothing drop');
  expect(refused).toThrow(NftError);
  expect(refused).toThrow(/^nft: .*No such file or directory/);
  expect(nft(host, 'list ruleset')).toBe('');
  expect(() => nft(host, 'nonsense')).toThrow(/^nft: syntax error/);
});

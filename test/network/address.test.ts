/** Addresses, subnets, pools, ports: text in, text out. */
import { isIPv6 } from 'node:net';
import { expect, test } from 'vitest';
import {
  addressBytes,
  addressFromBytes,
  formatAddress,
  formatSubnet,
  overlaps,
  parseAddress,
  parseSubnet,
} from '../../src/network/address.ts';
import { macFor, parseMac } from '../../src/network/choose.ts';
import { candidates, chooseSubnet, randomSubnet6 } from '../../src/network/pool.ts';
import { formatPublish, parsePublish } from '../../src/network/ports.ts';

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['255.255.255.255', '255.255.255.255'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['fd00:0:0:1::5', 'fd00:0:0:1::5'],
  ['FD00:0000:0:0:1:0:0:5', 'fd00::1:0:0:5'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['::ffff:10.0.0.1', '::ffff:a00:1'],
])('address %s is %s', (text, expected) => {
  const address = parseAddress(text);
  expect(formatAddress(address)).toBe(expected);
  expect(addressFromBytes(addressBytes(address))).toEqual(address);
});

test('any IPv6 address is written so that it reads the same', () => {
  let seed = 7n;
  for (let n = 0; n < 500; n++) {
    seed = (seed * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
    // Groups that are often zero.
    const groups = Array.from(
      { length: 8 },
      (_, at) => ((seed >> BigInt(at * 8)) & 3n) * ((seed >> BigInt(at)) & 0xffn),
    );
    const value = groups.reduce((sum, group) => (sum << 16n) | group, 0n);
    const text = formatAddress({ family: 6, value });
    expect(isIPv6(text)).toBe(true);
    expect(parseAddress(text).value).toBe(value);
    expect(new URL(`http://[${text}]`).hostname).toBe(`[${text}]`);
  }
});

test.each(['', '10.0.0', '10.0.0.256', 'host', 'fe80::1%eth0', '1:2', '10.0.0.1/8'])('"%s" is no address', (text) => {
  expect(() => parseAddress(text)).toThrow(/is not an IP address; write one like/);
});

test.each([
  ['10.0.0.0', /is not a subnet/],
  ['10.0.0.0/33', /is not a subnet/],
  ['10.0.0.0/x', /is not a subnet/],
  ['10.0.0.1/8', /has host bits set; did you mean 10.0.0.0\/8\?/],
  ['fd00::1/64', /did you mean fd00::\/64\?/],
])('"%s" is no subnet', (text, message) => {
  expect(() => parseSubnet(text)).toThrow(message);
});

test('the pools are Docker’s, in its order', () => {
  const all = [...candidates()].map(formatSubnet);
  expect(all.slice(0, 5)).toEqual([
    '172.17.0.0/16',
    '172.18.0.0/16',
    '172.19.0.0/16',
    '172.20.0.0/16',
    '172.21.0.0/16',
  ]);
  expect(all.slice(14, 17)).toEqual(['172.31.0.0/16', '192.168.0.0/20', '192.168.16.0/20']);
  expect(all).toHaveLength(31);
});

test('a subnet is skipped where a route or a name server is in it', () => {
  const taken = ['172.16.0.0/15', '172.18.5.0/24'].map(parseSubnet);
  expect(formatSubnet(chooseSubnet(taken))).toBe('172.19.0.0/16');
  expect(formatSubnet(chooseSubnet(taken, [parseAddress('172.19.0.53')]))).toBe('172.20.0.0/16');
  expect(() => chooseSubnet([parseSubnet('172.0.0.0/8'), parseSubnet('192.0.0.0/8')])).toThrow(
    /every subnet.*taken; name one/,
  );
  expect(formatSubnet(randomSubnet6())).toMatch(/^fd[0-9a-f]{2}:[0-9a-f:]*\/64$/);
  expect(overlaps(parseSubnet('::/0'), parseSubnet('10.0.0.0/8'))).toBe(false);
});

test('hardware addresses', () => {
  expect(macFor('172.17.0.255')).toBe('02:42:ac:11:00:ff');
  expect(parseMac('02-AB-cd-00-00-01')).toBe('02:ab:cd:00:00:01');
  for (const text of ['', '02:42', '01:00:00:00:00:01', '00:00:00:00:00:00', '02:42:ac:11:00:zz'])
    expect(() => parseMac(text)).toThrow(/is not a device's MAC address; write one like/);
});

test.each([
  ['8080:80', ['0.0.0.0:8080->80/tcp']],
  ['80', ['0.0.0.0:0->80/tcp']],
  ['53:53/udp', ['0.0.0.0:53->53/udp']],
  ['127.0.0.1:8080:80', ['127.0.0.1:8080->80/tcp']],
  ['127.0.0.1::80', ['127.0.0.1:0->80/tcp']],
  ['[::1]:8080:80', ['[::1]:8080->80/tcp']],
  ['[0:0::1]:8080:80', ['[::1]:8080->80/tcp']],
  ['8000-8001:80-81', ['0.0.0.0:8000->80/tcp', '0.0.0.0:8001->81/tcp']],
  ['8000-8002:80', ['0.0.0.0:8000-8002->80/tcp']],
  ['9000-9001', ['0.0.0.0:0->9000/tcp', '0.0.0.0:0->9001/tcp']],
])('-p %s', (text, expected) => {
  expect(parsePublish(text).map(formatPublish)).toEqual(expected);
});

test.each([
  ['', /"" is no port/],
  ['0:80', /"0" is no port/],
  ['80:0', /"0" is no port/],
  ['70000:80', /"70000" is no port/],
  ['80:x', /"x" is no port/],
  ['8000-8002:80-81', /two ranges are not of one length/],
  ['81-80:80-81', /"81-80" is no port/],
  ['80:80/sctp', /the protocol is tcp or udp/],
  ['80:80/tcp/udp', /the protocol is tcp or udp/],
  ['300.1.1.1:80:80', /is not an IP address/],
])('-p %s is refused', (text, message) => {
  expect(() => parsePublish(text)).toThrow(message);
});

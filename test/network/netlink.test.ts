/** rtnetlink: our messages beside those of ip(8), byte by byte, and what ip sees of what we made. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../src/kernel/caller.ts';
import { SyscallError } from '../../src/kernel/errors.ts';
import { onTrace } from '../../src/kernel/trace.ts';
import { addressFromBytes, formatAddress, formatSubnet, parseAddress, parseSubnet } from '../../src/network/address.ts';
import { addAddress, addresses, deleteAddress } from '../../src/network/netlink/addresses.ts';
import {
  attribute,
  decodeAttributes,
  decodeMessages,
  encodeMessage,
  numberOf,
  textOf,
} from '../../src/network/netlink/codec.ts';
import { addBridge, addVeth, changeLink, deleteLink, findLink, links, setUp } from '../../src/network/netlink/links.ts';
import { neighbours } from '../../src/network/netlink/neighbours.ts';
import { addRoute, deleteRoute, routes } from '../../src/network/netlink/routes.ts';
import { closeLab, json, namespace, output, pings } from './lab.ts';

afterEach(closeLab);

/** The caller, and the netlink messages it sent, without their sequence numbers. */
function spyOn(caller: Caller): { caller: Caller; sent: string[] } {
  const sent: string[] = [];
  const spy: Caller = {
    who: caller.who,
    call(name, ...args) {
      if (name === 'sendto')
        sent.push(
          Buffer.from(args[1] as Uint8Array)
            .fill(0, 8, 12)
            .toString('hex'),
        );
      return caller.call(name, ...args);
    },
  };
  return { caller: spy, sent };
}

describe('codec', () => {
  test('an address is asked for with the bytes that ip(8) sends', () => {
    const { caller, sent } = spyOn(namespace());
    addAddress(caller, 'lo', parseAddress('10.9.0.2'), 16);
    // strace of "ip address add 10.9.0.2/16 brd 10.9.255.255 dev lo"
    const header = '30000000 1400 0506 00000000 00000000';
    const ifaddrmsg = '02 10 00 00 01000000';
    const attributes = '0800 0200 0a090002 0800 0400 0a09ffff 0800 0100 0a090002';
    expect(sent.at(-1)).toBe(`${header}${ifaddrmsg}${attributes}`.replaceAll(' ', ''));
  });

  test('a route is asked for with the bytes that ip(8) sends', () => {
    const { caller, sent } = spyOn(namespace());
    addRoute(caller, { to: parseSubnet('10.50.0.0/16'), via: parseAddress('127.0.0.9'), dev: 'lo' });
    // strace of "ip route add 10.50.0.0/16 via 127.0.0.9 dev lo"
    const header = '34000000 1800 0506 00000000 00000000';
    const rtmsg = '02 10 00 00 fe 03 00 01 00000000';
    const attributes = '0800 0100 0a320000 0800 0500 7f000009 0800 0400 01000000';
    expect(sent.at(-1)).toBe(`${header}${rtmsg}${attributes}`.replaceAll(' ', ''));
  });

  test('messages and attributes survive the way there and back', () => {
    const body = Buffer.concat([attribute(3, 'eth0'), attribute(4, 1500), attribute(18, [attribute(1, 'veth')])]);
    const one = { type: 16, flags: 5, sequence: 7, body };
    const decoded = decodeMessages(Buffer.concat([encodeMessage(one), encodeMessage({ ...one, sequence: 8 })]));
    expect(decoded.map((message) => message.sequence)).toEqual([7, 8]);
    const attributes = decodeAttributes(decoded[0]!.body);
    expect(textOf(attributes.get(3))).toBe('eth0');
    expect(numberOf(attributes.get(4))).toBe(1500);
    expect(textOf(decodeAttributes(attributes.get(18)!).get(1))).toBe('veth');
  });

  test('lengths that lie end the reading', () => {
    const message = encodeMessage({ type: 16, flags: 0, sequence: 1, body: attribute(3, 'eth0') });
    for (const length of [0, 3, 15, message.length + 1, 0xffffffff]) {
      const lying = Buffer.from(message);
      lying.writeUInt32LE(length, 0);
      expect(decodeMessages(lying)).toEqual([]);
    }
    for (const length of [0, 3, 60000]) {
      const lying = attribute(3, 'eth0');
      lying.writeUInt16LE(length, 0);
      expect(decodeAttributes(lying).size).toBe(0);
    }
  });
});

describe('what ip(8) sees', () => {
  test('bridge, veth with its peer elsewhere, port, MTU, MAC, name', () => {
    const [host, other] = [namespace(), namespace()];
    addBridge(host, 'br0', { mac: '02:42:00:00:00:01', up: true });
    addVeth(host, 'v0', { name: 'eth0', namespacePid: other.pid }, { master: 'br0', up: true });
    changeLink(other, 'eth0', { mtu: 1400, mac: '02:00:00:00:00:07', name: 'wire', up: true });
    const bridge = json(host, 'ip', '-j', '-d', 'link', 'show', 'br0')[0];
    expect(bridge).toMatchObject({ address: '02:42:00:00:00:01', linkinfo: { info_kind: 'bridge' } });
    expect(json(host, 'ip', '-j', 'link', 'show', 'v0')[0]).toMatchObject({ master: 'br0', operstate: 'UP' });
    const wire = json(other, 'ip', '-j', 'link', 'show', 'wire')[0];
    expect(wire).toMatchObject({ mtu: 1400, address: '02:00:00:00:00:07', operstate: 'UP' });
    const seen = findLink(host, 'v0')!;
    expect(seen).toMatchObject({ kind: 'veth', up: true, master: bridge.ifindex, peer: wire.ifindex });
    changeLink(host, 'v0', { master: null });
    expect(findLink(host, 'v0')).not.toHaveProperty('master');
    expect(deleteLink(host, 'v0')).toBe(true);
    expect(deleteLink(host, 'v0')).toBe(false);
    expect(links(other).map((link) => link.name)).toEqual(['lo']);
  });

  test('addresses and routes of both families, there and gone', () => {
    const host = namespace();
    addBridge(host, 'br0', { up: true });
    addAddress(host, 'br0', parseAddress('10.9.0.1'), 16);
    addAddress(host, 'br0', parseAddress('fd00:9::1'), 64);
    addRoute(host, { to: parseSubnet('10.50.0.0/16'), via: parseAddress('10.9.0.7') });
    addRoute(host, { via: parseAddress('10.9.0.8') });
    addRoute(host, { via: parseAddress('fd00:9::8') });
    const infos = json(host, 'ip', '-j', 'address', 'show', 'br0')[0].addr_info;
    expect(infos).toContainEqual(
      expect.objectContaining({ local: '10.9.0.1', prefixlen: 16, broadcast: '10.9.255.255' }),
    );
    expect(infos).toContainEqual(expect.objectContaining({ local: 'fd00:9::1', prefixlen: 64, nodad: true }));
    const theirs = json(host, 'ip', '-j', 'route').map(
      (it: { dst: string; gateway?: string }) => `${it.dst} ${it.gateway}`,
    );
    expect(theirs.sort()).toEqual(['10.50.0.0/16 10.9.0.7', '10.9.0.0/16 undefined', 'default 10.9.0.8']);
    expect(json(host, 'ip', '-j', '-6', 'route', 'show', 'default')).toMatchObject([{ gateway: 'fd00:9::8' }]);
    const ours = routes(host).filter((it) => it.via);
    expect(ours.map((it) => `${formatSubnet(it.to)} ${formatAddress(it.via!)}`).sort()).toEqual([
      '0.0.0.0/0 10.9.0.8',
      '10.50.0.0/16 10.9.0.7',
      '::/0 fd00:9::8',
    ]);
    expect(addresses(host).map((it) => formatAddress(it.address))).toContain('fd00:9::1');
    deleteRoute(host, { to: parseSubnet('10.50.0.0/16'), via: parseAddress('10.9.0.7') });
    deleteAddress(host, 'br0', parseAddress('10.9.0.1'), 16);
    expect(json(host, 'ip', '-j', 'route')).toEqual([]);
  });

  test('neighbours and counters after a ping', () => {
    const [one, two] = [namespace(), namespace()];
    addVeth(one, 'v0', { name: 'v0', namespacePid: two.pid }, { up: true });
    setUp(two, 'v0');
    addAddress(one, 'v0', parseAddress('10.1.0.1'), 24);
    addAddress(two, 'v0', parseAddress('10.1.0.2'), 24);
    expect(pings(one, '10.1.0.2')).toBe(true);
    const neighbour = neighbours(one).find((it) => formatAddress(it.address) === '10.1.0.2');
    expect(neighbour?.mac).toBe(findLink(two, 'v0')!.mac);
    const { counters } = findLink(one, 'v0')!;
    const theirs = json(one, 'ip', '-j', '-s', 'link', 'show', 'v0')[0].stats64;
    expect(counters.receivedPackets).toBeGreaterThan(0);
    expect(counters.receivedPackets).toBeLessThanOrEqual(theirs.rx.packets);
    expect(counters.sentBytes).toBeLessThanOrEqual(theirs.tx.bytes);
  });

  test('a dump of two hundred links is whole', () => {
    const host = namespace();
    for (let n = 0; n < 100; n++) addVeth(host, `a${n}`, { name: `b${n}`, namespacePid: host.pid });
    expect(links(host)).toHaveLength(201);
    expect(
      links(host)
        .map((it) => it.name)
        .sort(),
    ).toEqual(
      json(host, 'ip', '-j', 'link')
        .map((it: { ifname: string }) => it.ifname)
        .sort(),
    );
  });
});

describe('refusals', () => {
  const refusal = (action: () => void): SyscallError => {
    try {
      action();
    } catch (error) {
      if (error instanceof SyscallError) return error;
      throw error;
    }
    throw new Error('it was not refused');
  };

  test('carry the errno, the object and the kernel’s own words', () => {
    const host = namespace();
    addBridge(host, 'br0', { up: true });
    addAddress(host, 'br0', parseAddress('10.9.0.1'), 16);
    const twice = refusal(() => addAddress(host, 'br0', parseAddress('10.9.0.1'), 16));
    expect(twice).toMatchObject({ syscall: 'RTM_NEWADDR', code: 'EEXIST', args: ['10.9.0.1/16', 'dev br0'] });
    const nowhere = refusal(() => addRoute(host, { via: parseAddress('10.77.0.1') }));
    expect(nowhere.message).toMatch(
      /^RTM_NEWROUTE\(default via 10.77.0.1\) = -1 ENETUNREACH .*: Nexthop has invalid gateway$/,
    );
    expect(nowhere.causes[0]).toBe('Nexthop has invalid gateway');
    expect(refusal(() => addBridge(host, 'a-name-that-is-too-long')).message).toMatch(/at attribute 3 \(byte 32/);
    expect(refusal(() => addBridge(host, 'br0')).code).toBe('EEXIST');
    expect(refusal(() => setUp(host, 'nothing')).message).toContain('RTM_NEWLINK(nothing, up) = -1 ENODEV');
    expect(refusal(() => changeLink(host, 'br0', { mtu: 5 })).message).toMatch(/mtu less than device minimum/);
  });

  test('leave no descriptor behind', () => {
    const host = namespace();
    const count = (): string => output(host, 'sh', '-c', `ls /proc/${host.pid}/fd | wc -l`);
    const before = count();
    for (let n = 0; n < 20; n++) refusal(() => addRoute(host, { via: parseAddress('10.77.0.1') }));
    expect(count()).toBe(before);
  });
});

test('an address is four or sixteen bytes', () => {
  expect(addressFromBytes(Buffer.alloc(5))).toBeUndefined();
});

test('the trace tells each request in words, and its refusal', () => {
  const host = namespace();
  const told: string[] = [];
  const stop = onTrace((event) => {
    if (!event.plumbing) told.push(`${event.call}(${event.args.join(', ')}) ${event.code ?? event.result}`);
  });
  addBridge(host, 'br0', { mtu: 1400, up: true });
  addAddress(host, 'br0', parseAddress('10.1.0.1'), 24);
  expect(() => addRoute(host, { via: parseAddress('10.9.9.9') })).toThrow();
  stop();
  expect(told).toEqual([
    'RTM_NEWLINK(br0 mtu 1400 up, kind bridge) 0',
    'RTM_GETLINK(br0) 0',
    'RTM_NEWADDR(10.1.0.1/24, dev br0) 0',
    'RTM_NEWROUTE(default via 10.9.9.9) ENETUNREACH',
  ]);
});

/** Names: the codec against what anybody may send, the responder asked by Node's resolver, dig-like bytes and getent. */
import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { takeAddress } from '../../src/network/connect.ts';
import { createNetwork, inspectNetwork } from '../../src/network/definitions.ts';
import { answer, type Directory } from '../../src/network/dns/answer.ts';
import { serveRunning } from '../../src/network/dns/container.ts';
import { directoryOf } from '../../src/network/dns/directory.ts';
import { hostResolvConf, hostsText, nameServersOf, resolvConfText } from '../../src/network/dns/files.ts';
import {
  encodeAnswer,
  encodeName,
  encodeQuestion,
  parseQuestion,
  RECORD,
  reverseAddress,
} from '../../src/network/dns/message.ts';
import { type NameServer, openNameSockets, serveNames } from '../../src/network/dns/responder.ts';
import { framed, unframed } from '../../src/network/dns/upstream.ts';
import { closeLab, labContext, namespace, outputAside, server } from './lab.ts';

const open: { close(): unknown }[] = [];

afterEach(() => {
  for (const it of open.splice(0)) it.close();
  closeLab();
});

const directory: Directory = {
  addressesOf: (name) =>
    name === 'web' ? ['172.18.0.2', '172.18.0.3', 'fd00::2'] : name === 'four' ? ['172.18.0.4'] : [],
  namesOf: (address) => (address === '172.18.0.2' || address === 'fd00::2' ? ['web'] : []),
};

/** The records of an answer: type and data, of a message that has one question. */
function recordsOf(message: Buffer): string[] {
  const records: string[] = [];
  let at = parseQuestion(Buffer.from(message).fill(1, 2, 3).fill(0, 3, 4))!.bytes.length;
  for (let n = message.readUInt16BE(6); n > 0; n--) {
    const length = message.readUInt16BE(at + 10);
    records.push(`${message.readUInt16BE(at + 2)} ${message.toString('hex', at + 12, at + 12 + length)}`);
    at += 12 + length;
  }
  expect(at).toBe(message.length);
  return records;
}

test('a question is read, with its name in lower case', () => {
  expect(parseQuestion(encodeQuestion(7, 'Web.Example', RECORD.AAAA))).toMatchObject({
    id: 7,
    name: 'web.example',
    type: 28,
    internet: true,
  });
});

test('answers: addresses in turn, an empty one for what a container has not, names for addresses, nothing for others', () => {
  const ask = (id: number, name: string, type: number) =>
    answer(parseQuestion(encodeQuestion(id, name, type))!, directory);
  expect(recordsOf(ask(0, 'WEB', RECORD.A)!)).toEqual(['1 ac120002', '1 ac120003']);
  expect(recordsOf(ask(1, 'web', RECORD.A)!)).toEqual(['1 ac120003', '1 ac120002']);
  expect(recordsOf(ask(0, 'web', RECORD.AAAA)!)).toEqual(['28 fd000000000000000000000000000002']);
  expect(recordsOf(ask(0, 'four', RECORD.AAAA)!)).toEqual([]);
  expect(recordsOf(ask(0, '2.0.18.172.in-addr.arpa', RECORD.PTR)!)).toEqual([
    `12 ${encodeName('web').toString('hex')}`,
  ]);
  const six = `2.${'0.'.repeat(27)}0.0.d.f.ip6.arpa`;
  expect(recordsOf(ask(0, six, RECORD.PTR)!)).toHaveLength(1);
  expect(ask(0, 'elsewhere', RECORD.A)).toBeUndefined();
  expect(ask(0, '9.0.18.172.in-addr.arpa', RECORD.PTR)).toBeUndefined();
});

test('an answer is as long as every client takes, however many share a name', () => {
  const many: Directory = {
    addressesOf: () => Array.from({ length: 200 }, (_, n) => `10.0.0.${n}`),
    namesOf: () => [],
  };
  const message = answer(parseQuestion(encodeQuestion(1, 'all', RECORD.A))!, many)!;
  expect(message.length).toBeLessThanOrEqual(512);
  expect(recordsOf(message).length).toBeGreaterThan(25);
});

test('reverse names that are none', () => {
  for (const name of ['', 'in-addr.arpa', '1.2.3.in-addr.arpa', '999.1.1.1.in-addr.arpa', 'x.ip6.arpa'])
    expect(reverseAddress(name)).toBeUndefined();
});

test('whatever bytes come, nothing is thrown and nothing is too long', () => {
  let seed = 0x2545f491;
  const random = (limit: number): number => {
    // xorshift32: the same bytes in every run.
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % limit;
  };
  const valid = encodeQuestion(1, 'web.internal.example', RECORD.A);
  let read = 0;
  for (let n = 0; n < 20_000; n++) {
    const message = n % 2 ? Buffer.from(valid) : Buffer.alloc(random(80));
    const changes = n % 2 ? 1 + random(4) : message.length;
    for (let change = 0; change < changes; change++) message[n % 2 ? random(message.length) : change] = random(256);
    const cut = message.subarray(0, n % 3 ? message.length : random(message.length + 1));
    const question = parseQuestion(cut);
    if (!question) continue;
    read++;
    expect(question.name.length).toBeLessThanOrEqual(255);
    expect(question.bytes.length).toBeLessThanOrEqual(cut.length);
    answer(question, directory);
    expect(encodeAnswer(question, 3).length).toBe(question.bytes.length);
  }
  expect(read).toBeGreaterThan(1000);
});

test('messages over TCP come in pieces', () => {
  const bytes = Buffer.concat([framed(Buffer.from('one')), framed(Buffer.from('two'))]);
  for (let at = 0; at < 5; at++) expect(unframed(bytes.subarray(0, at)).message).toBeUndefined();
  const { message, rest } = unframed(bytes);
  expect([message!.toString(), unframed(rest).message!.toString()]).toEqual(['one', 'two']);
});

/** A name server of the world outside, on this machine's loopback: every A is 203.0.113.5. */
async function world(): Promise<string> {
  const udp = createSocket('udp4');
  const reply = (query: Buffer): Buffer => {
    const question = parseQuestion(query)!;
    const records = question.type === RECORD.A ? [{ type: RECORD.A, ttl: 1, data: Buffer.from([203, 0, 113, 5]) }] : [];
    return encodeAnswer(question, 0, records);
  };
  udp.on('message', (query, from) => udp.send(reply(query), from.port, from.address));
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  const { port } = udp.address();
  const tcp = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (part) => socket.write(framed(reply(unframed(part).message!))));
  });
  await new Promise<void>((resolve) => tcp.listen(port, '127.0.0.1', resolve));
  expect((tcp.address() as AddressInfo).port).toBe(port);
  open.push(udp, tcp);
  return `127.0.0.1#${port}`;
}

const RESOLVE = `
const { Resolver } = require('dns').promises;
const resolver = new Resolver();
resolver.setServers(['127.0.0.11']);
const [method, name] = process.argv.slice(1);
resolver[method](name).then((found) => console.log(JSON.stringify(found)), (error) => console.log(error.code));
`;

test('inside a container: neighbours by name and address, the rest from outside, garbage ignored', async () => {
  const context = labContext();
  const network = inspectNetwork(context, 'bridge');
  const [one, two] = [namespace(), namespace()];
  takeAddress(context, network, { container: 'one', pid: one.pid, names: ['one', 'Web'] });
  takeAddress(context, network, { container: 'two', pid: two.pid, names: ['two', 'web'] });
  const sockets = openNameSockets(one);
  // Nobody listens at the first one: the second is asked.
  const names: NameServer = serveNames(sockets, directoryOf(context, 'bridge'), ['127.0.0.1#9', await world()]);
  open.push(names);
  const resolve = async (method: string, name: string) =>
    JSON.parse(await outputAside(one, 'node', '-e', RESOLVE, method, name));
  await outputAside(one, 'sh', '-c', 'head -c 300 /dev/urandom | nc -u -w 1 127.0.0.11 53 || true');
  expect(await resolve('resolve4', 'two')).toEqual(['172.17.0.3']);
  expect((await resolve('resolve4', 'WEB')).sort()).toEqual(['172.17.0.2', '172.17.0.3']);
  expect(await resolve('reverse', '172.17.0.3')).toEqual(['two', 'web']);
  expect(await resolve('resolve4', 'www.example.com')).toEqual(['203.0.113.5']);
});

test('a container finds those on its networks, those that come later too, and nobody else', async () => {
  const context = labContext();
  const [red, blue] = ['red', 'blue'].map((name) => createNetwork(context, { name }));
  const [one, two, three] = [namespace(), namespace(), namespace()];
  takeAddress(context, red!, { container: 'one', pid: one.pid, names: ['one'] });
  takeAddress(context, red!, { container: 'two', pid: two.pid, names: ['two'] });
  takeAddress(context, blue!, { container: 'three', pid: three.pid, names: ['three'] });
  open.push(serveRunning(context, 'one', one.pid, ['127.0.0.1#9']));
  const resolve = async (name: string) => (await outputAside(one, 'node', '-e', RESOLVE, 'resolve4', name)).trim();
  expect(await resolve('two')).toBe('["172.17.0.3"]');
  expect(await resolve('three')).toBe('ESERVFAIL');
  takeAddress(context, blue!, { container: 'one', pid: one.pid, names: ['one'] });
  expect(await resolve('three')).toBe('["172.18.0.2"]');
  two.end();
  expect(await resolve('two')).toBe('ESERVFAIL');
});

test('over TCP too, and several questions on one connection', async () => {
  const inside = namespace();
  open.push(serveNames(openNameSockets(inside), directory, [await world()]));
  const query = [encodeQuestion(1, 'web', RECORD.AAAA), encodeQuestion(2, 'www.example.com', RECORD.A)].map(framed);
  const hex = Buffer.concat(query).toString('hex');
  const client = `const s = require('net').connect(53, '127.0.0.11', () => s.write(Buffer.from('${hex}', 'hex'))); let got = ''; s.on('data', (d) => { got += d.toString('hex'); if (got.includes('cb007105')) { console.log(got); s.destroy(); } });`;
  const got = Buffer.from((await outputAside(inside, 'node', '-e', client)).trim(), 'hex');
  const first = unframed(got);
  expect(recordsOf(first.message!)).toEqual(['28 fd000000000000000000000000000002']);
  expect(recordsOf(unframed(first.rest).message!)).toEqual(['1 cb007105']);
});

test('without servers outside an unknown name does not exist; where they fail, that is said', async () => {
  const inside = namespace();
  const names = serveNames(openNameSockets(inside), directory, []);
  const resolve = () => outputAside(inside, 'node', '-e', RESOLVE, 'resolve4', 'www.example.com');
  expect((await resolve()).trim()).toBe('ENOTFOUND');
  names.close();
  open.push(serveNames(openNameSockets(inside), directory, ['127.0.0.1#9']));
  expect((await resolve()).trim()).toBe('ESERVFAIL');
});

test('a container that has port 53 itself is told what to do', async () => {
  const inside = namespace();
  await server(inside, 'udp', 53);
  expect(() => openNameSockets(inside)).toThrow(/port 53 of the container is taken.*--dns/);
});

test('resolv.conf: the host’s servers, but none that a container cannot reach', () => {
  const text =
    '# made by hand\nnameserver 127.0.0.53\nnameserver 10.0.0.53 # main\noptions edns0 trust-ad\nsearch a.example b.example\n';
  expect(nameServersOf(text)).toEqual(['127.0.0.53', '10.0.0.53']);
  expect(resolvConfText(text)).toBe('nameserver 10.0.0.53\nsearch a.example b.example\noptions edns0 trust-ad\n');
  expect(resolvConfText(text, { servers: ['127.0.0.11'], search: ['.'], options: ['ndots:0'] })).toBe(
    'nameserver 127.0.0.11\noptions ndots:0\n',
  );
  const files: Record<string, string> = {
    '/etc/resolv.conf': 'nameserver 127.0.0.53\n',
    '/run/systemd/resolve/resolv.conf': 'nameserver 9.9.9.9\n',
  };
  expect(hostResolvConf((path) => files[path])).toBe('nameserver 9.9.9.9\n');
  expect(hostResolvConf(() => undefined)).toBe('');
});

test('hosts: localhost first, then what is given', () => {
  const lines = hostsText([{ address: '172.17.0.2', names: ['web', 'alias'] }])
    .trim()
    .split('\n');
  expect(lines[0]).toBe('127.0.0.1\tlocalhost');
  expect(lines.at(-1)).toBe('172.17.0.2\tweb alias');
});

/**
 * A laboratory for network tests: "hosts" and "containers" that are network namespaces of their own, so that no test
 * touches a link, a route or a rule of the machine. Everything ends with its process.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BlankProcess } from '../../src/kernel/blank-process.ts';
import { CLONE } from '../../src/kernel/constants.ts';
import { parseAddress } from '../../src/network/address.ts';
import { connect } from '../../src/network/connect.ts';
import type { NetworkContext } from '../../src/network/context.ts';
import type { Network } from '../../src/network/definitions.ts';
import type { Lease } from '../../src/network/leases.ts';
import { addAddress } from '../../src/network/netlink/addresses.ts';
import { addVeth, setUp } from '../../src/network/netlink/links.ts';
import { addRoute } from '../../src/network/netlink/routes.ts';
import { parsePublish } from '../../src/network/ports.ts';
import { until } from '../support.ts';

const started = new Set<{ end(): void }>();
const directories: string[] = [];

/** Ends every process of the laboratory: call it in afterEach or afterAll. */
export function closeLab(): void {
  for (const it of started) it.end();
  started.clear();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** Ends with the laboratory. */
export function keep<T extends { end(): void }>(it: T): T {
  started.add(it);
  return it;
}

/** A network namespace with lo up, and a blank process in it. */
export function namespace(): BlankProcess {
  const process = keep(BlankProcess.spawn({ flags: CLONE.NEWNET }));
  setUp(process, 'lo');
  return process;
}

/** A host of ours: its namespace, and an empty state directory. */
export function labContext(bridge = 'mdtbr0'): NetworkContext & { caller: BlankProcess } {
  const directory = mkdtempSync(join(tmpdir(), 'networks-'));
  directories.push(directory);
  return { caller: namespace(), directory, bridge };
}

/** A machine elsewhere, 192.0.2.9 and 2001:db8::9, joined to the host (192.0.2.1, 2001:db8::1) by a cable; it knows no other way. */
export function remoteOf(host: BlankProcess): BlankProcess {
  const remote = namespace();
  addVeth(host, 'uplink', { name: 'eth0', namespacePid: remote.pid }, { up: true });
  setUp(remote, 'eth0');
  for (const [process, link, last] of [
    [host, 'uplink', '1'],
    [remote, 'eth0', '9'],
  ] as const) {
    addAddress(process, link, parseAddress(`192.0.2.${last}`), 24);
    addAddress(process, link, parseAddress(`2001:db8::${last}`), 64);
  }
  addRoute(host, { via: parseAddress('192.0.2.9') });
  return remote;
}

export const nsenter = (process: BlankProcess): string[] => ['nsenter', `--net=/proc/${process.pid}/ns/net`];

/** Runs a program in the namespace. */
export function run(process: BlankProcess, ...command: string[]): { status: number; output: string } {
  const [program, ...args] = [...nsenter(process), ...command];
  const done = spawnSync(program!, args, { encoding: 'utf8', timeout: 20_000 });
  return { status: done.status ?? -1, output: done.stdout + done.stderr };
}

/** What a program that must succeed prints. */
export function output(process: BlankProcess, ...command: string[]): string {
  const done = run(process, ...command);
  if (done.status !== 0) throw new Error(`${command.join(' ')}: ${done.output}`);
  return done.output;
}

/** The same without holding the event loop: for a program that asks a server in this process. */
export async function outputAside(process: BlankProcess, ...command: string[]): Promise<string> {
  const [program, ...args] = [...nsenter(process), ...command];
  const { stdout } = await promisify(execFile)(program!, args, { timeout: 30_000 });
  return stdout;
}

// biome-ignore lint/suspicious/noExplicitAny: what ip -j prints
export const json = (process: BlankProcess, ...command: string[]): any => JSON.parse(output(process, ...command));

/** Whether one of a few pings comes back. */
export const pings = (from: BlankProcess, address: string): boolean =>
  run(from, 'ping', '-c', '1', '-W', '2', address).status === 0 ||
  run(from, 'ping', '-c', '2', '-W', '3', address).status === 0;

/** Whether no ping comes back. */
export const isDeaf = (from: BlankProcess, address: string): boolean =>
  run(from, 'ping', '-c', '2', '-i', '0.2', '-W', '1', address).status !== 0;

const SERVER = `
const say = (peer) => 'hello ' + peer.replace('::ffff:', '') + '\\n';
const [protocol, host, port] = process.argv.slice(1);
if (protocol === 'tcp') require('net').createServer((s) => { s.on('error', () => {}); s.end(say(s.remoteAddress)); }).listen(+port, host, () => console.log('ready'));
else { const u = require('dgram').createSocket(host.includes(':') ? 'udp6' : 'udp4'); u.on('message', (m, p) => u.send(say(p.address), p.port, p.address)); u.bind(+port, host, () => console.log('ready')); }
`;

/** A server that tells whoever asks which address it sees. @returns how to end it */
export async function server(
  process: BlankProcess,
  protocol: 'tcp' | 'udp',
  port: number,
  host = '0.0.0.0',
): Promise<() => Promise<void>> {
  const [program, ...args] = [...nsenter(process), 'node', '-e', SERVER, protocol, host, String(port)];
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const end = (): void => void child.kill('SIGKILL');
  started.add({ end });
  let said = '';
  child.stdout.on('data', (part) => {
    said += part;
  });
  await until(() => said.includes('ready'), 20, 'the server');
  return async () => {
    end();
    await exited;
  };
}

/** What the server at this place answers; an empty string when nothing comes. */
export function ask(from: BlankProcess, protocol: 'tcp' | 'udp', address: string, port: number): string {
  return askOnce(from, protocol, address, port, 5) || askOnce(from, protocol, address, port, 10);
}

/** Whether nothing at all answers at this place. */
export const isSilent = (from: BlankProcess, protocol: 'tcp' | 'udp', address: string, port: number): boolean =>
  askOnce(from, protocol, address, port, 1) === '';

function askOnce(from: BlankProcess, protocol: 'tcp' | 'udp', address: string, port: number, seconds: number): string {
  const nc = ['nc', ...(protocol === 'udp' ? ['-u'] : []), '-w', String(seconds), address, String(port)];
  // A UDP client does not know when the answer is complete: the first line is.
  const script = `echo hi | timeout ${seconds + 1} ${[...nsenter(from), ...nc].join(' ')} | head -n 1`;
  return spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout.trim();
}

/** Runs a script of this directory with Node in the namespace. @returns how to kill it, and how to wait until it says "ready" */
export function begin(process: BlankProcess, name: string, ...args: string[]) {
  const path = new URL(name, import.meta.url).pathname;
  const [program, ...rest] = [...nsenter(process), 'node', '--import', 'tsx', path, ...args];
  const child = spawn(program!, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = (): void => void child.kill('SIGKILL');
  started.add({ end });
  let said = '';
  child.stdout.on('data', (part) => {
    said += part;
  });
  child.on('exit', () => {
    said += 'ended';
  });
  const ready = async (): Promise<void> => {
    await until(() => said !== '', 60, name);
    if (!said.startsWith('ready')) throw new Error(`${name} said ${said}`);
  };
  return { end, ready };
}

/** The same, and waits. @returns how to kill it */
export async function script(process: BlankProcess, name: string, ...args: string[]): Promise<() => void> {
  const { end, ready } = begin(process, name, ...args);
  await ready();
  return end;
}

export interface Container {
  readonly process: BlankProcess;
  readonly lease: Lease;
}

let count = 0;

/** A namespace that is connected to a network as eth0; `ports` are as after -p. */
export function container(context: NetworkContext, network: Network, ...ports: string[]): Container {
  const process = namespace();
  const lease = connect(context, process, network, {
    container: `c${++count}`,
    pid: process.pid,
    link: 'eth0',
    ports: ports.flatMap(parsePublish),
  });
  return { process, lease };
}

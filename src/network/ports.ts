/**
 * Published ports: `-p [ip:]host[-range]:container[-range][/udp]`, as docker-run(1) reads it, and whether a port of
 * the host is free, which is asked by binding it. bind(2), ip(7), ipv6(7).
 */
import type { Caller } from '../kernel/caller.ts';
import { SyscallError, UsageError } from '../kernel/errors.ts';
import { AF, addressBytes, formatAddress, parseAddress } from './address.ts';

export type Protocol = 'tcp' | 'udp';

export interface PublishedPort {
  /** The host's address it is published on; undefined: all of them. */
  readonly ip?: string;
  /** 0: a free one is to be chosen. */
  readonly hostPort: number;
  /** The last of a range, from hostPort on, of which the first free one is to be chosen. */
  readonly lastHostPort?: number;
  readonly containerPort: number;
  readonly protocol: Protocol;
}

const FORM = 'write [ip:]host:container[/udp], for example 8080:80 or 127.0.0.1:5300:53/udp';

/** Reads one `-p`; a range of container ports gives several. @throws UsageError */
export function parsePublish(text: string): PublishedPort[] {
  const fail = (reason: string): never => {
    throw new UsageError(`published port "${text}": ${reason}`, { remedy: FORM });
  };
  const [mapping = '', protocol = 'tcp', more] = text.split('/');
  if (more !== undefined || (protocol !== 'tcp' && protocol !== 'udp')) return fail('the protocol is tcp or udp');
  const { ip, hostText, containerText } = splitMapping(mapping);
  const address = ip === undefined ? undefined : formatAddress(parseAddress(ip));
  const container = range(containerText) ?? fail(`"${containerText}" is no port from 1 to 65535, nor a range`);
  const hostPorts =
    hostText === '' ? [] : (range(hostText) ?? fail(`"${hostText}" is no port from 1 to 65535, nor a range`));
  if (hostPorts.length > 0 && hostPorts.length !== container.length && container.length !== 1)
    return fail('the two ranges are not of one length');
  const lastHostPort = container.length === 1 && hostPorts.length > 1 ? hostPorts.at(-1) : undefined;
  return container.map((containerPort, at) => ({
    ...(address === undefined ? {} : { ip: address }),
    hostPort: hostPorts[at] ?? 0,
    ...(lastHostPort === undefined ? {} : { lastHostPort }),
    containerPort,
    protocol,
  }));
}

/** Reads one `--expose`, as "80", "53/udp" or "8000-8002". @returns each port as "80/tcp" @throws UsageError */
export function parseExpose(text: string): string[] {
  const [ports = '', protocol = 'tcp', more] = text.split('/');
  const numbers = range(ports);
  if (numbers && more === undefined && (protocol === 'tcp' || protocol === 'udp'))
    return numbers.map((port) => `${port}/${protocol}`);
  throw new UsageError(`exposed port "${text}" is no port from 1 to 65535, nor a range`, {
    remedy: 'write port[/udp], for example 80 or 5000-5010/udp',
  });
}

function splitMapping(mapping: string): { ip?: string; hostText: string; containerText: string } {
  const bracketed = /^\[([^\]]*)\]:(.*)$/.exec(mapping);
  const parts = (bracketed?.[2] ?? mapping).split(':');
  const containerText = parts.pop() ?? '';
  const hostText = parts.pop() ?? '';
  const ip = bracketed ? bracketed[1] : parts.length > 0 ? parts.join(':') : undefined;
  return { ...(ip ? { ip } : {}), hostText, containerText };
}

/** "80" → [80], "8000-8002" → [8000, 8001, 8002]; undefined when it is neither. */
function range(text: string): number[] | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  if (first < 1 || last > 65535 || last < first) return undefined;
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/** As `docker ps` writes it: "0.0.0.0:8080->80/tcp". */
export function formatPublish({ ip, hostPort, lastHostPort, containerPort, protocol }: PublishedPort): string {
  const address = ip === undefined ? '0.0.0.0' : ip.includes(':') ? `[${ip}]` : ip;
  return `${address}:${hostPort}${lastHostPort === undefined ? '' : `-${lastHostPort}`}->${containerPort}/${protocol}`;
}

const SOCK = { tcp: 1, udp: 2 } as const;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;

/**
 * Binds the host port and keeps it: nobody else can take it before the socket is closed.
 * @returns the socket, a descriptor of the caller's, and the port (chosen by the kernel when `hostPort` is 0)
 * @throws UsageError when it is taken, or not an address of this host
 */
export function holdPort(caller: Caller, port: PublishedPort): { fd: number; hostPort: number } {
  const address = parseAddress(port.ip ?? '0.0.0.0');
  const name = socketName(address.family, addressBytes(address), port.hostPort);
  const fd = caller.call('socket', AF[address.family], SOCK[port.protocol] | SOCK_CLOEXEC, 0);
  try {
    const on = Buffer.from([1, 0, 0, 0]);
    // Connections that have ended a moment ago do not count; a program that listens does.
    if (port.protocol === 'tcp') caller.call('setsockopt', fd, SOL_SOCKET, SO_REUSEADDR, on, on.length);
    caller.call('bind', fd, name, name.length);
    const length = Buffer.from([name.length, 0, 0, 0]);
    caller.call('getsockname', fd, name, length);
    return { fd, hostPort: name.readUInt16BE(2) };
  } catch (error) {
    caller.call('close', fd);
    throw explain(error, port);
  }
}

/** Whether the port is free now. @returns it, or the free one that was chosen @throws UsageError when it is taken */
export function probePort(caller: Caller, port: PublishedPort): number {
  const { fd, hostPort } = holdPort(caller, port);
  caller.call('close', fd);
  return hostPort;
}

function explain(error: unknown, { ip, hostPort, protocol }: PublishedPort): unknown {
  if (!(error instanceof SyscallError)) return error;
  const name = `${ip ?? 'host'} port ${hostPort}/${protocol}`;
  const options = { cause: error };
  if (error.code === 'EADDRINUSE')
    return new UsageError(`${name} is taken by a program of this host`, {
      ...options,
      remedy: `see who: ss -ln${protocol[0]}p`,
    });
  if (error.code === 'EADDRNOTAVAIL')
    return new UsageError(`cannot publish on ${ip}: this host has no such address`, {
      ...options,
      remedy: 'see: ip address',
    });
  if (error.code === 'EACCES')
    return new UsageError(`${name} needs a right this user has not`, {
      ...options,
      remedy: 'choose a port from 1024 up',
    });
  return error;
}

/** struct sockaddr_in or sockaddr_in6. */
function socketName(family: 4 | 6, address: Buffer, port: number): Buffer {
  const name = Buffer.alloc(family === 4 ? 16 : 28);
  name.writeUInt16LE(AF[family], 0);
  name.writeUInt16BE(port, 2);
  address.copy(name, family === 4 ? 4 : 8);
  return name;
}

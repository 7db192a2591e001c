/**
 * The host's own [::1] for published ports. What comes to any other address the firewall leads to the container; a packet from ::1 the kernel
 * lets neither leave by a link nor come back by one (IPv6 has no route_localnet). So this process listens on [::1] and passes on what comes,
 * as Docker's userland proxy does, for as long as it holds the container. ipv6(7), RFC 4291 2.5.3.
 */
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import { type NetworkContext, namespacePid } from './context.ts';
import { findLease, type Lease } from './leases.ts';
import type { PublishedPort } from './ports.ts';

const LOOPBACK = '::1';

/** Clients of one UDP port at one time; packets of more are lost. */
const MOST_CLIENTS = 1000;
/** A UDP client that neither sends nor gets anything for so long (milliseconds) is forgotten. */
const IDLE = 90_000;

/** Passes on until it is closed, its connections too. It does not keep Node alive by itself. */
export interface Forwarding {
  /** Those that [::1] leads to. */
  readonly ports: readonly PublishedPort[];
  close(): void;
}

interface Closable {
  close(): void;
}

/** Where a port leads now; undefined when it leads nowhere any more. */
type Target = () => { readonly host: string; readonly port: number } | undefined;

/** Published on [::1] alone, or on every address of the host? */
const isOnLoopback = ({ ip }: PublishedPort): boolean => ip === undefined || ip === '::' || ip === LOOPBACK;

/**
 * Listens on [::1] for the ports of this lease that are published there, and passes on what comes.
 * A "host" in another network namespace than Node's has no such ports: Node's sockets are Node's host's.
 * @throws what listen(2) says when the port was asked for on [::1] alone
 */
export async function forwardLoopback(context: NetworkContext, lease: Lease): Promise<Forwarding> {
  const wanted = namespacePid(context.caller) === undefined ? lease.ports.filter(isOnLoopback) : [];
  const open: { port: PublishedPort; server: Closable }[] = [];
  const close = (): void => {
    for (const { server } of open) server.close();
  };
  try {
    for (const port of wanted) {
      const target = targetOf(context, lease, port);
      const server = await unlessTaken(
        port,
        port.protocol === 'tcp' ? forwardTcp(port, target) : forwardUdp(port, target),
      );
      if (server) open.push({ port, server });
    }
  } catch (error) {
    close();
    throw error;
  }
  return { ports: open.map(({ port }) => port), close };
}

/** Of a port on every address, [::1] is left to a program of the host's that has it already; a host without IPv6 has none. */
async function unlessTaken(port: PublishedPort, listening: Promise<Closable>): Promise<Closable | undefined> {
  try {
    return await listening;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (port.ip !== LOOPBACK && ['EADDRINUSE', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(code)) return undefined;
    throw error;
  }
}

/** Asked for each client: the container may have been taken off the network, and another may have its address. */
function targetOf(context: NetworkContext, { network, container }: Lease, port: PublishedPort): Target {
  return () => {
    const lease = leaseNow(context, network, container);
    const isOpen = lease?.ports.some((it) => it.hostPort === port.hostPort && it.protocol === port.protocol);
    return lease && isOpen ? { host: lease.address6 ?? lease.address, port: port.containerPort } : undefined;
  };
}

/** Damaged books lead nowhere: whoever works with them is told, this process has other things to look after. */
function leaseNow(context: NetworkContext, network: string, container: string): Lease | undefined {
  try {
    return findLease(context, network, container);
  } catch {
    return undefined;
  }
}

function forwardTcp({ hostPort }: PublishedPort, target: Target): Promise<Closable> {
  const open = new Set<Socket>();
  // Who has nothing more to say may still have to hear something.
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const to = target();
    if (!to) return void near.destroy();
    const far = connect({ ...to, allowHalfOpen: true });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.unref();
      one.on('error', () => other.resetAndDestroy());
      one.on('close', () => open.delete(one));
      one.pipe(other);
    }
  });
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port: hostPort }, () => {
      server.off('error', reject);
      // A connection that could not be accepted: its client is told by the kernel.
      server.on('error', () => {});
      resolve({
        close() {
          server.close();
          for (const socket of open) socket.destroy();
        },
      });
    });
  });
}

function forwardUdp({ hostPort }: PublishedPort, target: Target): Promise<Closable> {
  const server = createSocket({ type: 'udp6', ipv6Only: true });
  const clients = new Map<number, Client>();
  server.on('message', (bytes, from) => {
    const client = clients.get(from.port) ?? admit(from);
    client?.send(bytes);
  });
  const admit = (from: RemoteInfo): Client | undefined => {
    const to = clients.size < MOST_CLIENTS ? target() : undefined;
    if (!to) return undefined;
    const client = udpClient(
      to,
      (answer) => server.send(answer, from.port, from.address, () => {}),
      () => clients.delete(from.port),
    );
    clients.set(from.port, client);
    return client;
  };
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.bind(hostPort, LOOPBACK, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve({
        close() {
          server.close();
          for (const client of [...clients.values()]) client.close();
        },
      });
    });
  });
}

interface Client extends Closable {
  send(bytes: Buffer): void;
}

/** One client of a UDP port: a socket of its own, so that the answers to it are known from those to others. */
function udpClient(
  { host, port }: NonNullable<ReturnType<Target>>,
  answer: (bytes: Buffer) => void,
  whenGone: () => void,
): Client {
  const socket: UdpSocket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const close = (): void => {
    clearTimeout(idle);
    socket.close();
    whenGone();
  };
  const idle = setTimeout(close, IDLE).unref();
  socket.unref();
  socket.on('error', () => {});
  socket.on('message', (bytes, from) => {
    // Nobody else is listened to.
    if (from.port !== port || from.address !== host) return;
    idle.refresh();
    answer(bytes);
  });
  return {
    send(bytes) {
      idle.refresh();
      // As with any packet: that it is lost is told to nobody.
      socket.send(bytes, port, host, () => {});
    },
    close,
  };
}

/**
 * The name server of a container: it answers on 127.0.0.11:53 inside the container's network namespace, though the
 * process that answers (Node) is outside: a socket belongs to the namespace it was made in. Names of containers on
 * the same network it knows, all others it asks the host's servers for. An address inside the container, and not the
 * bridge's, because a container then needs no way out to find its neighbours, and each network has names of its own.
 */
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import type { BlankProcess } from '../../kernel/blank-process.ts';
import { isRefusal, UsageError } from '../../kernel/errors.ts';
import { close } from '../../kernel/file.ts';
import { answer, type Directory } from './answer.ts';
import { RESPONDER } from './files.ts';
import { CODE, encodeAnswer, parseQuestion, type Question } from './message.ts';
import { askUpstream, framed, unframed } from './upstream.ts';

const AF_INET = 2;
const SOCK = { STREAM: 1, DGRAM: 2, CLOEXEC: 0o2000000 } as const;
const PORT = 53;
const BACKLOG = 16;

/** Questions that wait for upstream at one time, and connections at one time; more are refused. */
const MOST_WAITING = 200;
const MOST_CONNECTIONS = 50;
/** A connection that says nothing for so long (milliseconds) is closed. */
const IDLE = 10_000;

/** Sockets on 127.0.0.11:53 of a container, as descriptors of Node's. */
export interface NameSockets {
  readonly udp: number;
  readonly tcp: number;
}

/**
 * Opens the sockets in the network namespace of a blank process, whose lo must be up, and takes them out to Node.
 * @throws UsageError when a server of the container has the port
 */
export function openNameSockets(inside: BlankProcess): NameSockets {
  const udp = openInside(inside, SOCK.DGRAM);
  const tcp = openInside(inside, SOCK.STREAM);
  return { udp, tcp };
}

function openInside(inside: BlankProcess, kind: number): number {
  const name = Buffer.alloc(16);
  name.writeUInt16LE(AF_INET, 0);
  name.writeUInt16BE(PORT, 2);
  name.set(RESPONDER.split('.').map(Number), 4);
  const fd = inside.call('socket', AF_INET, kind | SOCK.CLOEXEC, 0);
  try {
    inside.call('bind', fd, name, name.length);
    if (kind === SOCK.STREAM) inside.call('listen', fd, BACKLOG);
    return inside.takeDescriptor(fd);
  } catch (error) {
    if (!isRefusal(error, 'EADDRINUSE')) throw error;
    throw new UsageError('port 53 of the container is taken: it runs a name server on every address', {
      remedy: 'name the servers it shall use: --dns ADDRESS',
      cause: error,
    });
  } finally {
    close(inside, fd);
  }
}

/** Answers until it is closed. It does not keep Node alive by itself. */
export interface NameServer {
  close(): void;
}

/**
 * Answers on the sockets.
 * @param upstreams the host's name servers ("10.0.0.1", or "10.0.0.1#5353"); none for an internal network
 */
export function serveNames(sockets: NameSockets, directory: Directory, upstreams: readonly string[]): NameServer {
  const waiting = { count: 0 };
  const reply = (query: Buffer, over: 'udp' | 'tcp'): Promise<Buffer | undefined> =>
    replyTo(query, over, directory, upstreams, waiting);
  const udp = serveUdp(sockets.udp, reply);
  const tcp = serveTcp(sockets.tcp, reply);
  return {
    close() {
      udp.close();
      tcp.close();
    },
  };
}

type Reply = (query: Buffer, over: 'udp' | 'tcp') => Promise<Buffer | undefined>;

/** The reply to a query; undefined for what is no question at all. */
async function replyTo(
  query: Buffer,
  over: 'udp' | 'tcp',
  directory: Directory,
  upstreams: readonly string[],
  waiting: { count: number },
): Promise<Buffer | undefined> {
  const question = parseQuestion(query);
  if (!question) return undefined;
  const known = answer(question, directory);
  if (known) return known;
  if (upstreams.length === 0) return encodeAnswer(question, CODE.NO_SUCH_NAME);
  if (waiting.count >= MOST_WAITING) return failure(question);
  waiting.count++;
  try {
    return (await askUpstream(query, upstreams, over)) ?? failure(question);
  } finally {
    waiting.count--;
  }
}

const failure = (question: Question): Buffer => encodeAnswer(question, CODE.SERVER_FAILURE);

function serveUdp(fd: number, reply: Reply): UdpSocket {
  const socket = createSocket('udp4');
  // The container may have ended meanwhile: nobody is left to be told.
  socket.on('error', () => {});
  socket.on('message', async (query: Buffer, from: RemoteInfo) => {
    const bytes = await reply(query, 'udp');
    if (bytes) send(socket, bytes, from);
  });
  socket.bind({ fd });
  socket.unref();
  return socket;
}

function send(socket: UdpSocket, bytes: Buffer, to: RemoteInfo): void {
  try {
    socket.send(bytes, to.port, to.address, () => {});
  } catch {
    // Closed while we waited for upstream.
  }
}

function serveTcp(fd: number, reply: Reply): { close(): void } {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    serveConnection(socket, reply);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('error', () => {});
  server.listen({ fd });
  server.unref();
  return {
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function serveConnection(socket: Socket, reply: Reply): void {
  let bytes = Buffer.alloc(0);
  let busy = false;
  socket.unref();
  socket.setTimeout(IDLE, () => socket.destroy());
  socket.on('error', () => {});
  // One question after another; what comes meanwhile waits, one message at most.
  const next = async (): Promise<void> => {
    const { message, rest } = unframed(bytes);
    if (!message || busy) return;
    busy = true;
    bytes = Buffer.from(rest);
    const answered = await reply(message, 'tcp');
    busy = false;
    if (!answered) socket.destroy();
    else if (socket.writable) socket.write(framed(answered), () => void next());
  };
  socket.on('data', (part) => {
    bytes = Buffer.concat([bytes, part]);
    if (bytes.length > 2 * 65537) socket.destroy();
    else void next();
  });
}

/** Asks the host's name servers what the responder does not know, one after another until one answers. */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';

/** How long one server may take, in milliseconds. */
const PATIENCE = 2500;
const MESSAGE_LIMIT = 65535;

interface Server {
  readonly address: string;
  readonly port: number;
}

/** "10.0.0.1" or, with a port of its own, "10.0.0.1#5353". */
function serverOf(text: string): Server {
  const [address = '', port = '53'] = text.split('#');
  return { address, port: Number(port) };
}

/** The first answer; undefined when no server gives one. The query is sent under an id of our own, hard to guess. */
export async function askUpstream(
  query: Buffer,
  servers: readonly string[],
  over: 'udp' | 'tcp',
): Promise<Buffer | undefined> {
  const ours = Buffer.from(query);
  ours.writeUInt16BE(randomInt(0x10000), 0);
  for (const server of servers) {
    const reply = await (over === 'udp' ? askOverUdp : askOverTcp)(ours, serverOf(server));
    if (!reply) continue;
    const theirs = Buffer.from(reply);
    query.copy(theirs, 0, 0, 2);
    return theirs;
  }
  return undefined;
}

const isReply = (reply: Buffer, query: Buffer): boolean =>
  reply.length >= 12 && reply.readUInt16BE(0) === query.readUInt16BE(0) && (reply[2]! & 0x80) !== 0;

function askOverUdp(query: Buffer, { address, port }: Server): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const finish = (reply?: Buffer): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => {});
      socket.close();
      resolve(reply);
    };
    const timer = setTimeout(finish, PATIENCE);
    socket.on('error', () => finish());
    socket.on('message', (reply) => {
      if (isReply(reply, query)) finish(reply);
    });
    // A connected socket takes answers from that server only, and learns when nobody listens there.
    socket.connect(port, address, () => socket.send(query));
  });
}

function askOverTcp(query: Buffer, { address, port }: Server): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    const parts: Buffer[] = [];
    const finish = (reply?: Buffer): void => {
      socket.destroy();
      resolve(reply);
    };
    socket.setTimeout(PATIENCE, () => finish());
    socket.on('error', () => finish());
    socket.on('close', () => finish());
    socket.on('connect', () => socket.write(framed(query)));
    socket.on('data', (part) => {
      parts.push(part);
      const { message } = unframed(Buffer.concat(parts));
      if (message) finish(isReply(message, query) ? message : undefined);
    });
  });
}

/** Over TCP a message is preceded by its length. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Math.min(message.length, MESSAGE_LIMIT));
  return Buffer.concat([length, message]);
}

/** The first whole message, and what comes after it. */
export function unframed(bytes: Buffer): { message?: Buffer; rest: Buffer } {
  if (bytes.length < 2) return { rest: bytes };
  const end = 2 + bytes.readUInt16BE(0);
  return bytes.length < end ? { rest: bytes } : { message: bytes.subarray(2, end), rest: bytes.subarray(end) };
}

/**
 * The bytes of a netlink message: a 16-byte header, a fixed struct that depends on the type, then attributes
 * (length, type, value, padded to four bytes), which may nest. Numbers are in the machine's byte order, and both
 * of our architectures are little-endian; addresses and ports are in network order. netlink(7), rtnetlink(7).
 */

/** struct nlmsghdr: u32 length, u16 type, u16 flags, u32 sequence, u32 port id. */
const HEADER = 16;
/** struct nlattr: u16 length, u16 type. */
const ATTRIBUTE = 4;
/** The two high bits of an attribute's type are flags (NLA_F_NESTED, NLA_F_NET_BYTEORDER). */
const TYPE_MASK = 0x3fff;

export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** The fixed struct and the attributes. */
  readonly body: Buffer;
}

export type Attributes = ReadonlyMap<number, Buffer>;

const align = (length: number): number => (length + 3) & ~3;

export function encodeMessage(message: Message): Buffer {
  const bytes = Buffer.alloc(align(HEADER + message.body.length));
  bytes.writeUInt32LE(HEADER + message.body.length, 0);
  bytes.writeUInt16LE(message.type, 4);
  bytes.writeUInt16LE(message.flags, 6);
  bytes.writeUInt32LE(message.sequence, 8);
  message.body.copy(bytes, HEADER);
  return bytes;
}

/** All messages of one datagram. A length that does not fit ends the reading: nothing behind it can be trusted. */
export function decodeMessages(datagram: Buffer): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at + HEADER <= datagram.length; ) {
    const length = datagram.readUInt32LE(at);
    if (length < HEADER || at + length > datagram.length) break;
    messages.push({
      type: datagram.readUInt16LE(at + 4),
      flags: datagram.readUInt16LE(at + 6),
      sequence: datagram.readUInt32LE(at + 8),
      body: datagram.subarray(at + HEADER, at + length),
    });
    at += align(length);
  }
  return messages;
}

/** One attribute; a string is sent with its NUL, a number as u32, a list nests. */
export function attribute(type: number, value: Buffer | string | number | readonly Buffer[]): Buffer {
  const payload = valueBytes(value);
  const bytes = Buffer.alloc(align(ATTRIBUTE + payload.length));
  bytes.writeUInt16LE(ATTRIBUTE + payload.length, 0);
  bytes.writeUInt16LE(type, 2);
  payload.copy(bytes, ATTRIBUTE);
  return bytes;
}

function valueBytes(value: Buffer | string | number | readonly Buffer[]): Buffer {
  if (typeof value === 'string') return Buffer.from(`${value}\0`);
  if (typeof value === 'number') return u32(value);
  return Buffer.isBuffer(value) ? value : Buffer.concat(value);
}

export function decodeAttributes(bytes: Buffer): Attributes {
  const attributes = new Map<number, Buffer>();
  for (let at = 0; at + ATTRIBUTE <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < ATTRIBUTE || at + length > bytes.length) break;
    attributes.set(bytes.readUInt16LE(at + 2) & TYPE_MASK, bytes.subarray(at + ATTRIBUTE, at + length));
    at += align(length);
  }
  return attributes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

/** A number attribute of one, two, four or eight bytes; undefined when it is absent. */
export function numberOf(value: Buffer | undefined): number | undefined {
  if (value === undefined || value.length === 0) return undefined;
  if (value.length >= 8) return Number(value.readBigUInt64LE(0));
  return value.readUIntLE(0, Math.min(value.length, 4));
}

/** A text attribute without its NUL; undefined when it is absent. */
export function textOf(value: Buffer | undefined): string | undefined {
  if (value === undefined) return undefined;
  const end = value.indexOf(0);
  return value.toString('utf8', 0, end < 0 ? value.length : end);
}

/**
 * DNS messages, as little as a responder needs: one question is read, answers with addresses or names are written.
 * What comes from a container is not to be trusted: every length is bounded, and anything odd is no question. RFC 1035.
 */

/** What is asked for: A, PTR, AAAA … */
export const RECORD = { A: 1, PTR: 12, AAAA: 28 } as const;

/** Response codes. */
export const CODE = {
  OK: 0,
  FORMAT_ERROR: 1,
  SERVER_FAILURE: 2,
  NO_SUCH_NAME: 3,
  NOT_IMPLEMENTED: 4,
  REFUSED: 5,
} as const;

const HEADER = 12;
const CLASS_IN = 1;
/** A response. */
const QR = 0x8000;
/** Operation code, 0 is a query. */
const OPCODE = 0x7800;
/** Recursion is wanted, and is offered. */
const RD = 0x0100;
const RA = 0x0080;
/** The longest message that every client takes over UDP. */
const UDP_LIMIT = 512;
/** The question's name, where it stands in every message: answers point at it. */
const NAME_POINTER = 0xc000 | HEADER;

export interface Question {
  readonly id: number;
  readonly flags: number;
  /** Lower case, no dot at the end: "web", "2.0.18.172.in-addr.arpa". */
  readonly name: string;
  readonly type: number;
  /** Class is "Internet". */
  readonly internet: boolean;
  /** Header and question as they came, to be repeated in the answer. */
  readonly bytes: Buffer;
}

export interface Answer {
  readonly type: number;
  /** In seconds. */
  readonly ttl: number;
  readonly data: Buffer;
}

/** Reads a query with one question; undefined when it is anything else. Never throws. */
export function parseQuestion(message: Buffer): Question | undefined {
  if (message.length < HEADER + 5) return undefined;
  const flags = message.readUInt16BE(2);
  if (flags & (QR | OPCODE) || message.readUInt16BE(4) !== 1) return undefined;
  const name = readName(message, HEADER);
  if (!name || name.end + 4 > message.length) return undefined;
  return {
    id: message.readUInt16BE(0),
    flags,
    name: name.text,
    type: message.readUInt16BE(name.end),
    internet: message.readUInt16BE(name.end + 2) === CLASS_IN,
    bytes: Buffer.from(message.subarray(0, name.end + 4)),
  };
}

/** Labels of at most 63 bytes, 255 in all, no pointers: a question has nothing to point at. */
function readName(message: Buffer, start: number): { text: string; end: number } | undefined {
  const labels: string[] = [];
  for (let at = start; at < message.length && at - start < 255; ) {
    const length = message[at]!;
    if (length === 0) return { text: labels.join('.').toLowerCase(), end: at + 1 };
    if (length > 63 || at + 1 + length > message.length) return undefined;
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return undefined;
}

/** The answer to a question: as many answers as every client takes. */
export function encodeAnswer(question: Question, code: number, answers: readonly Answer[] = []): Buffer {
  const records: Buffer[] = [];
  let length = question.bytes.length;
  for (const answer of answers) {
    const record = encodeRecord(answer);
    length += record.length;
    if (length > UDP_LIMIT) break;
    records.push(record);
  }
  const head = Buffer.from(question.bytes);
  head.writeUInt16BE(QR | RA | (question.flags & RD) | code, 2);
  head.writeUInt16BE(records.length, 6);
  // Neither authority nor additional records.
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, ...records]);
}

function encodeRecord({ type, ttl, data }: Answer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(NAME_POINTER, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(CLASS_IN, 4);
  head.writeUInt32BE(ttl, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

/** A name in labels; labels that are too long are cut. */
export function encodeName(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  const parts = labels.map((label) => {
    const bytes = Buffer.from(label, 'latin1').subarray(0, 63);
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

/** A query, as a client sends it. */
export function encodeQuestion(id: number, name: string, type: number): Buffer {
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(RD, 2);
  head.writeUInt16BE(1, 4);
  return Buffer.concat([head, encodeName(name), Buffer.from([0, type, 0, CLASS_IN])]);
}

/** The address a reverse name asks for, as bytes: "2.0.18.172.in-addr.arpa", or 32 digits and ".ip6.arpa". */
export function reverseAddress(name: string): Buffer | undefined {
  const four = /^((?:\d{1,3}\.){4})in-addr\.arpa$/.exec(name);
  if (four) {
    const bytes = four[1]!.split('.').slice(0, 4).reverse().map(Number);
    return bytes.every((byte) => byte <= 255) ? Buffer.from(bytes) : undefined;
  }
  const six = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name);
  return six ? Buffer.from(six[1]!.split('.').reverse().join(''), 'hex') : undefined;
}

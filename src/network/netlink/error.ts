/**
 * A request that rtnetlink refused. Beside the errno the kernel often says in words what was wrong (the extended
 * acknowledgement, NETLINK_EXT_ACK in netlink(7)): we ask for them, and they go first among the causes.
 */
import { SyscallError } from '../../kernel/errors.ts';
import { decodeAttributes, encodeMessage, type Message, numberOf, textOf } from './codec.ts';
import { NLM_F, NLMSGERR_ATTR, RTM } from './constants.ts';

const names = new Map<number, string>([
  ...Object.entries(RTM).map(([name, number]) => [number, `RTM_${name}`] as const),
  [0x101, 'IPCTNL_MSG_CT_GET'],
  [0x102, 'IPCTNL_MSG_CT_DELETE'],
]);

/** "RTM_NEWLINK" for 16. */
export const messageName = (type: number): string => names.get(type) ?? `netlink message ${type}`;

/** What the kernel adds to an errno. */
interface Explanation {
  readonly message?: string;
  /** Where in the request the offending attribute stands, in bytes. */
  readonly offset?: number;
  /** The attribute that was not there. */
  readonly missing?: number;
}

export class NetlinkError extends SyscallError {
  /** The kernel's own words; empty when it gave none. */
  readonly explanation: string;

  constructor(request: string, what: readonly string[], errno: number, explanation: string) {
    super(request, [...what], errno);
    this.explanation = explanation;
    if (explanation === '') return;
    this.message += `: ${explanation}`;
    this.causes.unshift(explanation);
  }
}

/** Reads NLMSG_ERROR: 0 for a plain acknowledgement, else the errno. */
export function errnoOf(answer: Message): number {
  return -answer.body.readInt32LE(0);
}

/** The kernel's explanation in one line; empty when there is none. */
export function explanationOf(answer: Message, request: Message): string {
  if (!(answer.flags & NLM_F.ACK_TLVS)) return '';
  // Behind the errno stands the request's header, and behind it the request itself unless it was cut off.
  const repeated = answer.flags & NLM_F.CAPPED ? 16 : (answer.body.readUInt32LE(4) + 3) & ~3;
  const { message, offset, missing } = readExplanation(answer.body.subarray(4 + repeated));
  const words = [message];
  if (offset !== undefined)
    words.push(`at attribute ${attributeAt(request, offset) ?? '?'} (byte ${offset} of the request)`);
  if (missing !== undefined) words.push(`attribute ${missing} is missing`);
  return words.filter((word) => word).join(', ');
}

function readExplanation(bytes: Buffer): Explanation {
  const attributes = decodeAttributes(bytes);
  const message = textOf(attributes.get(NLMSGERR_ATTR.MSG));
  const offset = numberOf(attributes.get(NLMSGERR_ATTR.OFFS));
  const missing = numberOf(attributes.get(NLMSGERR_ATTR.MISS_TYPE));
  return {
    ...(message === undefined ? {} : { message }),
    ...(offset === undefined ? {} : { offset }),
    ...(missing === undefined ? {} : { missing }),
  };
}

function attributeAt(request: Message, offset: number): number | undefined {
  const bytes = encodeMessage(request);
  return offset + 4 <= bytes.length ? bytes.readUInt16LE(offset + 2) & 0x3fff : undefined;
}

/**
 * A conversation with rtnetlink. The socket belongs to the network namespace of whoever opens it, for ever: opened
 * by a blank process inside a container's namespace, it configures the container. netlink(7), rtnetlink(7).
 */
import { BlankProcess } from '../../kernel/blank-process.ts';
import type { Arg, Caller } from '../../kernel/caller.ts';
import type { SyscallName } from '../../kernel/calls.ts';
import { SyscallError } from '../../kernel/errors.ts';
import { asPlumbing, emit, isTraced } from '../../kernel/trace.ts';
import { decodeMessages, encodeMessage, type Message, u32 } from './codec.ts';
import { AF_NETLINK, NETLINK, NETLINK_ROUTE, NLM_F, NLMSG, SOCK_RAW, SOL_NETLINK } from './constants.ts';
import { errnoOf, explanationOf, messageName, NetlinkError } from './error.ts';

const SOCK_CLOEXEC = 0o2000000;
const MSG_TRUNC = 0x20;
/** The kernel never puts more than this into one datagram of a dump. */
const DATAGRAM = 32 * 1024;
const EMSGSIZE = 90;
/** A dump that was interrupted by a change is asked for again, this often at most. */
const DUMP_TRIES = 10;

interface Call {
  readonly name: SyscallName;
  readonly args: readonly Arg[];
}

/** One rtnetlink request: `what` names the objects in it for error messages, e.g. ["veth0", "master br0"]. */
export interface Request {
  readonly type: number;
  readonly flags?: number;
  readonly body: Buffer;
  readonly what: readonly string[];
}

/** Opens a socket, hands it to `action` and closes it whatever happens. */
export function withNetlink<T>(caller: Caller, action: (socket: NetlinkSocket) => T, family?: number): T {
  const socket = new NetlinkSocket(caller, family);
  try {
    return action(socket);
  } finally {
    socket.close();
  }
}

export class NetlinkSocket {
  readonly #caller: Caller;
  readonly #fd: number;
  #sequence = 0;
  /** The first answer to what was sent. */
  #first: Message[] | undefined;

  constructor(caller: Caller, family: number = NETLINK_ROUTE) {
    this.#caller = caller;
    this.#fd = asPlumbing(() => {
      const fd = caller.call('socket', AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family);
      const explained = ['setsockopt', fd, SOL_NETLINK, NETLINK.EXT_ACK, u32(1), 4] as const;
      // Together with the first request; without it errors are told in fewer words.
      if (caller instanceof BlankProcess) caller.later(...explained);
      else caller.call(...explained);
      return fd;
    });
  }

  /** Makes the change; returns when the kernel has made it. @throws NetlinkError */
  change(request: Request): void {
    this.#told(request, () => this.#change(request));
  }

  /** Asks for one object. @throws NetlinkError */
  get(request: Request): Message {
    return this.#told(request, () => this.#get(request));
  }

  /** Asks for all objects of a kind. @throws NetlinkError */
  dump(request: Request): Message[] {
    return this.#told(request, () => this.#dump(request));
  }

  close(): void {
    asPlumbing(() => {
      // A blank process closes it together with its next call: one hand-over less.
      if (this.#caller instanceof BlankProcess) this.#caller.later('close', this.#fd);
      else this.#caller.call('close', this.#fd);
    });
  }

  /** The trace shows the request in words; the calls that carry its bytes are plumbing. */
  #told<T>(request: Request, action: () => T): T {
    const started = process.hrtime.bigint();
    const tell = (refusal?: NetlinkError): void => {
      if (!isTraced()) return;
      const micros = Number(process.hrtime.bigint() - started) / 1000;
      const event = { who: this.#caller.who, call: messageName(request.type), args: [...request.what], micros };
      emit(refusal ? { ...event, result: -refusal.errno, code: refusal.code } : { ...event, result: 0 });
    };
    try {
      const value = asPlumbing(action);
      tell();
      return value;
    } catch (error) {
      if (error instanceof NetlinkError) tell(error);
      throw error;
    }
  }

  #change(request: Request): void {
    const sent = this.#send({ ...request, flags: (request.flags ?? 0) | NLM_F.ACK });
    for (;;) {
      const answer = this.#receive().find((message) => message.sequence === sent.sequence);
      if (answer?.type !== NLMSG.ERROR) continue;
      check(answer, sent, request);
      return;
    }
  }

  #get(request: Request): Message {
    const sent = this.#send(request);
    for (;;) {
      const answer = this.#receive().find((message) => message.sequence === sent.sequence);
      if (answer?.type === NLMSG.ERROR) check(answer, sent, request);
      else if (answer) return answer;
    }
  }

  #dump(request: Request): Message[] {
    for (let tries = DUMP_TRIES; ; tries--) {
      const { messages, interrupted } = this.#dumpOnce(request);
      if (!interrupted || tries === 0) return messages;
    }
  }

  #dumpOnce(request: Request): { messages: Message[]; interrupted: boolean } {
    const sent = this.#send({ ...request, flags: NLM_F.DUMP });
    const messages: Message[] = [];
    let interrupted = false;
    for (;;) {
      for (const message of this.#receive()) {
        if (message.sequence !== sent.sequence) continue;
        interrupted ||= (message.flags & NLM_F.DUMP_INTR) !== 0;
        if (message.type === NLMSG.DONE) return { messages, interrupted };
        if (message.type === NLMSG.ERROR) check(message, sent, request);
        messages.push(message);
      }
    }
  }

  /** Sends it and takes the first answer, in one go: a hand-over to a blank process costs more than the two calls. */
  #send(request: Request): Message {
    const message: Message = {
      type: request.type,
      flags: (request.flags ?? 0) | NLM_F.REQUEST,
      sequence: ++this.#sequence,
      body: request.body,
    };
    const bytes = encodeMessage(message);
    const answer = Buffer.alloc(DATAGRAM);
    const length = callAll(this.#caller, [
      { name: 'sendto', args: [this.#fd, bytes, bytes.length, 0, null, 0] },
      { name: 'recvfrom', args: [this.#fd, answer, answer.length, MSG_TRUNC, null, null] },
    ]);
    this.#first = read(answer, length);
    return message;
  }

  #receive(): Message[] {
    const first = this.#first;
    this.#first = undefined;
    if (first) return first;
    const bytes = Buffer.alloc(DATAGRAM);
    return read(bytes, this.#caller.call('recvfrom', this.#fd, bytes, bytes.length, MSG_TRUNC, null, null));
  }
}

/** One call after another. @returns the last result */
function callAll(caller: Caller, requests: readonly Call[]): number {
  if (caller instanceof BlankProcess) return caller.chain(requests).at(-1)!;
  return requests.reduce((_, { name, args }) => caller.call(name, ...args), 0);
}

function read(bytes: Buffer, length: number): Message[] {
  if (length > bytes.length) throw new SyscallError('recvfrom', [`${length} bytes`], EMSGSIZE);
  return decodeMessages(bytes.subarray(0, length));
}

function check(answer: Message, sent: Message, request: Request): void {
  const errno = errnoOf(answer);
  if (errno !== 0) throw new NetlinkError(messageName(request.type), request.what, errno, explanationOf(answer, sent));
}

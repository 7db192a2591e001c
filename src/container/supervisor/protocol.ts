/** How a command and the supervisor talk: a line of JSON each way, then (attached) a line for everything that is written. Nothing here trusts the other side. */
import type { Socket } from 'node:net';
import { UsageError } from '../../kernel/errors.ts';
import type { Stream } from '../logs/files.ts';

export type Request =
  | { op: 'ping' }
  /** Start a container; `attach`: and stay for what it writes. */
  | { op: 'start'; id: string; attach?: boolean; stdin?: boolean; size?: Size }
  | { op: 'attach'; id: string; stdin?: boolean }
  /** A container is on a network with names now, and has no name server yet. */
  | { op: 'names'; id: string }
  /** There may be something to look after that nobody has told of. */
  | { op: 'look' }
  /** Stop looking after things and go; containers live on. */
  | { op: 'leave' };

export interface Size {
  height: number;
  width: number;
}

export interface StartWishes {
  /** The program's input ends when we say so. */
  ownInput?: boolean;
  size?: Size;
}

export type Answer =
  | { ok: true; pid?: number; supervisor?: number }
  | { ok: false; message: string; remedy?: string; exitCode: number };

/** From the supervisor, once attached. */
export type Output = { stream: Stream; data: string } | { exit: number | null };

/** To the supervisor, once attached. */
export type Input = { data: string } | { eof: true } | { size: Size };

const LONGEST_LINE = 1 << 20;

/** So many lines wait to be read, about. */
const QUEUED = 64;

/** Lines of JSON over a socket. A line that is too long, or no JSON, ends the connection. */
export class Lines {
  readonly #socket: Socket;
  #rest = '';
  #queue: unknown[] = [];
  #waiting: ((value: unknown) => void) | undefined;
  #ended = false;
  /** Settled when the other side has gone. */
  readonly closed: Promise<undefined>;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on('close', () => resolve(undefined));
    });
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#take(text));
    socket.on('error', () => this.#end());
    socket.on('close', () => this.#end());
    socket.on('end', () => this.#end());
  }

  /** Waits until everything that was sent is on its way. @returns false when the other side has gone, or takes nothing for `milliseconds` */
  async drained(milliseconds: number): Promise<boolean> {
    for (let before = this.pending; ; before = this.pending) {
      const moved = new Promise<boolean>((resolve) => this.#socket.once('drain', () => resolve(true)));
      const late = new Promise<undefined>((resolve) => setTimeout(resolve, milliseconds, undefined).unref());
      if (await Promise.race([moved, late, this.closed])) return true;
      if (this.ended || this.pending >= before) return false;
    }
  }

  /** The next line; undefined when there is none any more. */
  async next(): Promise<unknown> {
    if (this.#queue.length > 0) {
      if (this.#queue.length < QUEUED) this.#socket.resume();
      return this.#queue.shift();
    }
    if (this.#ended) return undefined;
    return await new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  send(value: unknown): void {
    if (!this.#socket.destroyed) this.#socket.write(`${JSON.stringify(value)}\n`);
  }

  /** How much has been sent that nobody has taken yet, in bytes. */
  get pending(): number {
    return this.#socket.writableLength;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** What was sent still arrives. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#rest += text;
    for (let end = this.#rest.indexOf('\n'); end !== -1; end = this.#rest.indexOf('\n')) {
      const line = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + 1);
      try {
        this.#give(JSON.parse(line));
      } catch {
        this.#socket.destroy();
        return;
      }
    }
    if (this.#rest.length > LONGEST_LINE) this.#socket.destroy();
  }

  #give(value: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting(value);
    else this.#queue.push(value);
    // Who sends more quickly than we read has to wait.
    if (this.#queue.length >= QUEUED) this.#socket.pause();
  }

  #end(): void {
    this.#ended = true;
    this.#waiting?.(undefined);
    this.#waiting = undefined;
  }
}

const isId = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isFlag = (value: unknown): boolean => value === undefined || typeof value === 'boolean';
const isDimension = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 65536;

export function isSize(value: unknown): value is Size {
  const { height, width } = (value ?? {}) as Record<string, unknown>;
  return isDimension(height) && isDimension(width);
}

/** @throws UsageError for what is no request */
export function checkRequest(value: unknown): Request {
  const it = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const simple = it.op === 'ping' || it.op === 'look' || it.op === 'leave';
  const aboutOne =
    (it.op === 'start' || it.op === 'attach' || it.op === 'names') &&
    isId(it.id) &&
    isFlag(it.attach) &&
    isFlag(it.stdin) &&
    (it.size === undefined || isSize(it.size));
  if (simple || aboutOne) return it as unknown as Request;
  throw new UsageError('the supervisor does not know this request', {
    remedy: 'is it of another version? it goes when nothing runs',
  });
}

/** What a command is told about a failure. */
export function refusal(error: unknown): Answer {
  if (error instanceof UsageError) return { ok: false, message: error.message, exitCode: error.exitCode };
  return { ok: false, message: error instanceof Error ? error.message : String(error), exitCode: 125 };
}

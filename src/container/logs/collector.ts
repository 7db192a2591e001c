/**
 * From the pipes to the log, so that a SIGKILL at any moment neither loses nor doubles a byte. What is in a pipe moves to a file, the spool, inside the kernel (splice(2)): a byte is in the
 * one or in the other. From the spool lines are written to the log, and then one small write to the journal says how far both have come. Whoever comes after a crash cuts the log to what
 * the journal says, and goes on from there.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { host } from '../../kernel/caller.ts';
import { isRefusal } from '../../kernel/errors.ts';
import { asPlumbing } from '../../kernel/trace.ts';
import type { LogLimits } from '../store/record.ts';
import { formatEntry, logFile, type Stream, turnOver } from './files.ts';

const SPLICE_F_NONBLOCK = 2;
const AT_ONCE = 1 << 20;
/** A line longer than this is written in parts, as Docker does. */
const LONGEST_LINE = 16 * 1024;
/** A spool that has been read to its end begins anew from this size on; of one that never is, what has been read is given back. */
const SPOOL = 256 * 1024;
/** fallocate(2): PUNCH_HOLE with KEEP_SIZE. */
const GIVE_BACK = 3;
const STREAMS: readonly Stream[] = ['stdout', 'stderr'];
const NEWLINE = 10;

/** Where a stream's bytes wait. */
interface Spool {
  fd: number;
  /** Everything before this place is in the log. */
  start: number;
  size: number;
  /** Everything before this place takes no room on the disk any more. */
  givenBack: number;
}

export class Collector {
  readonly #directory: string;
  readonly #limits: LogLimits;
  readonly #journal: number;
  readonly #spools: Record<Stream, Spool>;
  #log: number;
  #logSize: number;
  /** Is told the bytes as they come. */
  onBytes: ((stream: Stream, bytes: Buffer) => void) | undefined;

  constructor(directory: string, limits: LogLimits) {
    this.#directory = directory;
    this.#limits = limits;
    const open = (path: string): number => fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
    this.#journal = open(join(directory, 'log.journal'));
    const [logSize, ...starts] = this.#readJournal();
    const spools = STREAMS.map((stream, i) => {
      const fd = open(join(directory, `${stream}.spool`));
      const { size } = fs.fstatSync(fd);
      return [stream, { fd, start: Math.min(starts[i]!, size), size, givenBack: 0 }] as const;
    });
    this.#spools = Object.fromEntries(spools) as Record<Stream, Spool>;
    this.#log = open(logFile(directory));
    // What was written after the last word of the journal is written again.
    this.#logSize = Math.min(logSize!, fs.fstatSync(this.#log).size);
    fs.ftruncateSync(this.#log, this.#logSize);
    for (const stream of STREAMS) this.#write(stream, false);
  }

  /**
   * Takes what is in a pipe, as far as it goes, and logs its whole lines. Does not wait.
   * @returns the bytes that were taken: 0 when the pipe is empty. @throws where the disk is full: the bytes stay in the pipe
   */
  take(stream: Stream, pipe: number): number {
    const spool = this.#spools[stream];
    const taken = splice(pipe, spool.fd, spool.size);
    if (taken === 0) return 0;
    const before = spool.size;
    spool.size += taken;
    if (this.onBytes) {
      const bytes = Buffer.alloc(taken);
      fs.readSync(spool.fd, bytes, 0, taken, before);
      this.onBytes(stream, bytes);
    }
    this.#write(stream, false);
    return taken;
  }

  /** The same for bytes that have been read already: a terminal cannot be moved from inside the kernel. */
  append(stream: Stream, bytes: Buffer): void {
    const spool = this.#spools[stream];
    writeAt(spool.fd, bytes, spool.size);
    spool.size += bytes.length;
    this.onBytes?.(stream, bytes);
    this.#write(stream, false);
  }

  /** Logs also what is left of a last line that has no end: for the end of the container. */
  finish(): void {
    for (const stream of STREAMS) this.#write(stream, true);
  }

  close(): void {
    for (const fd of [this.#journal, this.#log, ...STREAMS.map((it) => this.#spools[it].fd)]) fs.closeSync(fd);
  }

  /** From the spool to the log. */
  #write(stream: Stream, toTheEnd: boolean): void {
    const spool = this.#spools[stream];
    while (spool.start < spool.size) {
      const bytes = Buffer.alloc(Math.min(spool.size - spool.start, AT_ONCE));
      const read = fs.readSync(spool.fd, bytes, 0, bytes.length, spool.start);
      const last = spool.start + read === spool.size;
      this.#turnOverIfFull();
      const room = this.#limits.maxSize < 0 ? AT_ONCE : this.#limits.maxSize - this.#logSize;
      const { text, used } = entries(bytes.subarray(0, read), stream, toTheEnd && last, room);
      if (used === 0) break;
      writeAt(this.#log, Buffer.from(text), this.#logSize);
      this.#logSize += Buffer.byteLength(text);
      spool.start += used;
      this.#writeJournal();
    }
    if (spool.start === spool.size && spool.size >= SPOOL) this.#beginAnew(spool);
    else if (spool.start - spool.givenBack >= SPOOL) giveBack(spool);
  }

  #beginAnew(spool: Spool): void {
    // Killed between the two: a start behind the end counts as the end.
    fs.ftruncateSync(spool.fd, 0);
    Object.assign(spool, { start: 0, size: 0, givenBack: 0 });
    this.#writeJournal();
  }

  #turnOverIfFull(): void {
    if (this.#limits.maxSize < 0 || this.#logSize < this.#limits.maxSize) return;
    if (this.#limits.maxFiles > 1) turnOver(this.#directory, this.#limits);
    else fs.rmSync(logFile(this.#directory), { force: true });
    fs.closeSync(this.#log);
    this.#log = fs.openSync(logFile(this.#directory), fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
    this.#logSize = 0;
    this.#writeJournal();
  }

  /** The size of the log, then for each stream how far it is logged: three 64-bit numbers. */
  #readJournal(): number[] {
    const bytes = Buffer.alloc(8 * (1 + STREAMS.length));
    fs.readSync(this.#journal, bytes, 0, bytes.length, 0);
    return Array.from({ length: 1 + STREAMS.length }, (_, i) => Number(bytes.readBigUInt64LE(8 * i)));
  }

  /** One small write: it is made wholly or not at all. */
  #writeJournal(): void {
    const bytes = Buffer.alloc(8 * (1 + STREAMS.length));
    bytes.writeBigUInt64LE(BigInt(this.#logSize), 0);
    STREAMS.forEach((stream, i) => {
      bytes.writeBigUInt64LE(BigInt(this.#spools[stream].start), 8 * (i + 1));
    });
    writeAt(this.#journal, bytes, 0);
  }
}

/** Moves what a pipe holds into a file; 0 when it is empty. */
function splice(pipe: number, file: number, offset: number): number {
  const place = Buffer.alloc(8);
  place.writeBigInt64LE(BigInt(offset));
  try {
    return asPlumbing(() => host.call('splice', pipe, null, file, place, AT_ONCE, SPLICE_F_NONBLOCK));
  } catch (error) {
    if (isRefusal(error, 'EAGAIN', 'EINTR')) return 0;
    throw error;
  }
}

/** Frees the room of what has been logged; places stay as they are. */
function giveBack(spool: Spool): void {
  const until = spool.start - (spool.start % 4096);
  try {
    asPlumbing(() => host.call('fallocate', spool.fd, GIVE_BACK, 0, until));
  } catch (error) {
    // A file system without holes keeps it until the spool begins anew.
    if (!isRefusal(error, 'EOPNOTSUPP', 'ENOSYS')) throw error;
  }
  spool.givenBack = until;
}

/** All of it: a full disk may take a part, and say so only to the next write. */
function writeAt(fd: number, bytes: Buffer, offset: number): void {
  for (let done = 0; done < bytes.length; ) done += fs.writeSync(fd, bytes, done, bytes.length - done, offset + done);
}

/** Whole lines as entries of the log, until there is no room; an unfinished last line waits, unless it is long or the end has come. */
function entries(bytes: Buffer, stream: Stream, toTheEnd: boolean, room: number): { text: string; used: number } {
  const time = now();
  const parts: string[] = [];
  let [used, length] = [0, 0];
  while (used < bytes.length && length < room) {
    const newline = bytes.indexOf(NEWLINE, used);
    const lineEnd = newline === -1 ? bytes.length : newline + 1;
    const isWhole = newline !== -1 || toTheEnd;
    const isLong = lineEnd - used > LONGEST_LINE;
    if (!isLong && !isWhole) break;
    const end = isLong ? characterBoundary(bytes, used + LONGEST_LINE) : lineEnd;
    const entry = formatEntry(bytes.toString('utf8', used, end), stream, time);
    parts.push(entry);
    length += entry.length;
    used = end;
  }
  return { text: parts.join(''), used };
}

/** The place at or before `at` where no character is cut – see utf-8(7). */
function characterBoundary(bytes: Buffer, at: number): number {
  let place = at;
  while (place > at - 4 && (bytes[place]! & 0xc0) === 0x80) place--;
  return place;
}

/** ISO 8601 with nanoseconds, as Docker has it. */
function now(): string {
  const iso = new Date().toISOString();
  return `${iso.slice(0, -1)}${String(Number(process.hrtime.bigint() % 1_000_000n)).padStart(6, '0')}Z`;
}

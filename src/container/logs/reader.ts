/** Reading a container's log: the last lines, from a time on, and as it grows. */
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { logFile, logFiles, type Stream } from './files.ts';

/** One line that the program wrote (or a part of a long one, without the newline). */
export interface LogLine {
  stream: Stream;
  log: string;
  /** ISO 8601 with nanoseconds. */
  time: string;
}

export interface LogOptions {
  /** Goes on as long as the container runs. */
  follow?: boolean;
  /** So many of the last lines; all where nothing is said. */
  tail?: number;
  /** Milliseconds since 1970. */
  since?: number;
  until?: number;
  signal?: AbortSignal;
}

const CHUNK = 1 << 18;

/** One file, line by line, from where it was left. A line that is being written is left for the next time. */
class LineReader {
  readonly #fd: number;
  #place = 0;
  #rest = Buffer.alloc(0);

  constructor(path: string) {
    this.#fd = fs.openSync(path, 'r');
  }

  get inode(): number {
    return fs.fstatSync(this.#fd).ino;
  }

  *lines(): Generator<LogLine> {
    // After a crash of the supervisor the end of the file may be written anew.
    if (fs.fstatSync(this.#fd).size < this.#place) this.#place -= this.#rest.length;
    for (;;) {
      const bytes = Buffer.alloc(CHUNK);
      const read = fs.readSync(this.#fd, bytes, 0, CHUNK, this.#place);
      if (read === 0) return;
      this.#place += read;
      const all = Buffer.concat([this.#rest, bytes.subarray(0, read)]);
      const end = all.lastIndexOf(10) + 1;
      this.#rest = Buffer.from(all.subarray(end));
      for (const line of all.toString('utf8', 0, end).split('\n')) {
        const parsed = line ? parse(line) : undefined;
        if (parsed) yield parsed;
      }
    }
  }

  close(): void {
    fs.closeSync(this.#fd);
  }
}

function parse(line: string): LogLine | undefined {
  try {
    const value = JSON.parse(line) as LogLine;
    return typeof value.log === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

const inTime = (line: LogLine, { since, until }: LogOptions): boolean => {
  if (since === undefined && until === undefined) return true;
  const time = Date.parse(line.time);
  return time >= (since ?? 0) && time <= (until ?? Number.POSITIVE_INFINITY);
};

/** The lines that are there now. @returns the reader of the present file, to go on with */
function readPresent(directory: string): { lines: Iterable<LogLine>; last: () => LineReader | undefined } {
  let last: LineReader | undefined;
  function* lines(): Generator<LogLine> {
    for (const path of logFiles(directory)) {
      last?.close();
      last = new LineReader(path);
      yield* last.lines();
    }
  }
  return { lines: lines(), last: () => last };
}

/** The last `count` entries that end a line, with the parts of long lines before them. */
function lastLines(lines: Iterable<LogLine>, count: number): LogLine[] {
  const kept: LogLine[] = [];
  let ends = 0;
  for (const line of lines) {
    kept.push(line);
    if (line.log.endsWith('\n')) ends++;
    while (ends > count) if (kept.shift()!.log.endsWith('\n')) ends--;
  }
  return count === 0 ? [] : kept;
}

/** @param isOver has the container ended, and everything it wrote been logged? */
export async function* readLog(directory: string, options: LogOptions, isOver: () => boolean): AsyncGenerator<LogLine> {
  const present = readPresent(directory);
  const wanted = function* (lines: Iterable<LogLine>): Generator<LogLine> {
    for (const line of lines) if (inTime(line, options)) yield line;
  };
  const filtered = wanted(present.lines);
  let reader: LineReader | undefined;
  try {
    if (options.tail === undefined) {
      for (const line of filtered) {
        reader = present.last();
        yield line;
      }
    } else yield* lastLines(filtered, options.tail);
    reader = present.last();
    while (options.follow && !options.signal?.aborted) {
      const over = isOver() || (options.until !== undefined && Date.now() > options.until);
      reader ??= fs.existsSync(logFile(directory)) ? new LineReader(logFile(directory)) : undefined;
      if (reader) yield* wanted(reader.lines());
      const now = fs.statSync(logFile(directory), { throwIfNoEntry: false });
      if (reader && now && now.ino !== reader.inode) {
        // Turned over: what came last to the old file, then the new one.
        yield* wanted(reader.lines());
        reader.close();
        reader = new LineReader(logFile(directory));
        continue;
      }
      if (over) return;
      await sleep(50);
    }
  } finally {
    reader?.close();
  }
}

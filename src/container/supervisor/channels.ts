/** What goes in and out of a detached container: its pipes or its terminal, collected into the log and passed to whoever is attached. */
import * as fs from 'node:fs';
import { Socket } from 'node:net';
import { ReadStream } from 'node:tty';
import { host } from '../../kernel/caller.ts';
import { IOCTL } from '../../kernel/constants.ts';
import { isRefusal } from '../../kernel/errors.ts';
import type { Readiness } from '../../kernel/readiness.ts';
import { endOfFile } from '../../kernel/terminal.ts';
import { asPlumbing } from '../../kernel/trace.ts';
import { Collector } from '../logs/collector.ts';
import { openReadEnd, pipePath } from '../logs/fifo.ts';
import type { Stream } from '../logs/files.ts';
import type { LogLimits } from '../store/record.ts';
import type { Size } from './protocol.ts';

/** When the disk is full: how long until it is tried again, in milliseconds. */
const TRY_AGAIN = 500;

export type Listener = (stream: Stream, bytes: Buffer) => void;

export class Channels {
  readonly #directory: string;
  readonly #readiness: Readiness;
  readonly #collector: Collector;
  readonly #listeners = new Set<Listener>();
  #pipes = new Map<Stream, number>();
  #timers = new Set<NodeJS.Timeout>();
  #terminal: ReadStream | undefined;
  #master: number | undefined;
  /** The last byte that was typed at the terminal. */
  #typed: number | undefined;
  #stdin: Socket | undefined;
  /** So many ask that nothing be taken for now. */
  #holds = 0;

  constructor(directory: string, limits: LogLimits, readiness: Readiness) {
    this.#directory = directory;
    this.#readiness = readiness;
    this.#collector = new Collector(directory, limits);
    this.#collector.onBytes = (stream, bytes) => {
      for (const listener of this.#listeners) listener(stream, bytes);
    };
  }

  /** Reads the pipes from now on. */
  openPipes(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const fd = openReadEnd(this.#directory, stream);
      this.#pipes.set(stream, fd);
      this.#watch(stream, fd);
    }
  }

  /** Reads the master side of a terminal from now on. The descriptor belongs to this object. */
  openTerminal(master: number): void {
    this.#master = master;
    this.#terminal = new ReadStream(master);
    this.#terminal.on('data', (bytes: Buffer) => this.#collector.append('stdout', bytes));
    // EIO: nobody has the other side open any more.
    this.#terminal.on('error', () => undefined);
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Takes nothing for now, for whoever reads along is slow: the program waits when its pipe is full. */
  hold(): void {
    this.#holds++;
    for (const fd of this.#pipes.values()) this.#readiness.remove(fd);
    this.#terminal?.pause();
  }

  /** Goes on, when nobody asks for the contrary any more. */
  release(): void {
    this.#holds--;
    if (this.#holds > 0) return;
    for (const [stream, fd] of this.#pipes) this.#watch(stream, fd);
    this.#terminal?.resume();
  }

  /** To the program's standard input. */
  write(bytes: Buffer): void {
    if (this.#terminal) {
      this.#typed = bytes.at(-1) ?? this.#typed;
      this.#terminal.write(bytes);
    } else this.#openStdin()?.write(bytes);
  }

  /** No more input. On a terminal that is a character, Ctrl-D; a pipe that the container itself holds open does not end by it. */
  endInput(): void {
    if (this.#terminal && !this.#terminal.destroyed) this.write(endOfFile(this.#master!, this.#typed));
    this.#stdin?.end();
    this.#stdin = undefined;
  }

  /** Opened before the program begins, so that its input does not end at once. */
  #openStdin(): Socket | undefined {
    if (this.#stdin) return this.#stdin;
    const path = pipePath(this.#directory, 'stdin');
    try {
      const fd = fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
      this.#stdin = new Socket({ fd, readable: false, writable: true });
      this.#stdin.on('error', () => undefined);
    } catch (error) {
      if (!isRefusal(error, 'ENXIO', 'ENOENT')) throw error;
    }
    return this.#stdin;
  }

  prepareInput(): void {
    this.#openStdin();
  }

  resize({ height, width }: Size): void {
    if (this.#master === undefined) return;
    const size = new Uint8Array(Uint16Array.of(height, width, 0, 0).buffer);
    asPlumbing(() => host.call('ioctl', this.#master!, IOCTL.TIOCSWINSZ, size));
  }

  /** Takes what is left and ends. For a container that has ended. @throws when the disk is full */
  async finish(): Promise<void> {
    if (this.#terminal) await this.#drainTerminal(this.#terminal);
    for (const [stream, fd] of this.#pipes) while (this.#collector.take(stream, fd) > 0);
    this.#collector.finish();
  }

  /** Lets go without taking anything. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const fd of this.#pipes.values()) {
      this.#readiness.remove(fd);
      fs.closeSync(fd);
    }
    this.#pipes.clear();
    this.#terminal?.destroy();
    this.#stdin?.destroy();
    this.#collector.close();
  }

  /** The master side tells of its end by EIO, after everything has been read. */
  async #drainTerminal(terminal: ReadStream): Promise<void> {
    if (terminal.destroyed || terminal.errored) return;
    await Promise.race([new Promise((go) => terminal.once('close', go)), new Promise((go) => setTimeout(go, 1000))]);
  }

  #watch(stream: Stream, fd: number): void {
    this.#readiness.add(fd, (hungUp) => {
      try {
        if (this.#collector.take(stream, fd) === 0 && hungUp) this.#readiness.remove(fd);
      } catch (error) {
        if (!isRefusal(error, 'ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG')) throw error;
        // What could not be written stays in the pipe and in the spool; the program waits.
        this.#readiness.remove(fd);
        this.#later(() => {
          if (this.#holds === 0 && this.#pipes.get(stream) === fd) this.#watch(stream, fd);
        });
      }
    });
  }

  #later(action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, TRY_AGAIN);
    this.#timers.add(timer);
  }
}

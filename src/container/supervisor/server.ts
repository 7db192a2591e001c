/** The supervisor: one process that looks after all detached containers. It goes when there is nothing to look after; killed, it is followed by another that takes over. */
import * as fs from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { Readiness } from '../../kernel/readiness.ts';
import { findContainer } from '../store/find.ts';
import { Care } from './care.ts';
import { forwardAgain } from './loopback.ts';
import { answerAgain } from './names.ts';
import { shortSocketPath, socketPath } from './place.ts';
import {
  type Answer,
  checkRequest,
  type Input,
  isSize,
  Lines,
  type Output,
  type Request,
  refusal,
} from './protocol.ts';
import { survey } from './survey.ts';

/** How long it stays with nothing to do, in milliseconds. */
const IDLE = 5000;
/** How long a command may take to say what it wants. */
const PATIENCE = 10_000;
/** With so many bytes under way the container has to wait for who reads along. */
const MOST_PENDING = 1 << 20;
/** Who takes nothing at all for so long, in milliseconds, is let go. */
const SLOWEST = 30_000;

export class Supervisor {
  readonly #readiness = new Readiness();
  readonly #cares = new Map<string, Care>();
  readonly #server: Server;
  #connections = 0;
  #idle: NodeJS.Timeout | undefined;
  #leaving = false;
  readonly #whenIdle: () => void;

  constructor(whenIdle: () => void) {
    this.#whenIdle = whenIdle;
    this.#server = createServer((socket) => void this.#serve(socket));
  }

  /** Takes over what lives, then listens. */
  async listen(): Promise<void> {
    await this.look();
    fs.rmSync(socketPath(), { force: true });
    const { path, close } = shortSocketPath();
    // Nobody but us may connect: from the first moment on.
    const before = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        this.#server.listen(path, () => resolve());
      });
    } finally {
      process.umask(before);
      close();
    }
    this.#considerGoing();
  }

  /** Looks for containers that nobody looks after. */
  async look(): Promise<void> {
    await survey({
      isKnown: (id) => this.#cares.has(id),
      adopt: (container) => {
        const care = this.#care(container.id);
        const adopted = care.adopt(container);
        if (adopted) {
          answerAgain(container, care.ended);
          void forwardAgain(container, care.ended);
        } else this.#cares.delete(container.id);
        return adopted;
      },
      restart: (container) => this.#care(container.id).restartLater(container),
    });
  }

  #care(id: string): Care {
    const there = this.#cares.get(id);
    if (there) return there;
    const care = new Care(id, this.#readiness, (it) => {
      this.#cares.delete(it.id);
      this.#considerGoing();
    });
    this.#cares.set(id, care);
    return care;
  }

  async #serve(socket: Socket): Promise<void> {
    this.#connections++;
    clearTimeout(this.#idle);
    socket.on('close', () => {
      this.#connections--;
      this.#considerGoing();
    });
    const lines = new Lines(socket);
    const timer = setTimeout(() => socket.destroy(), PATIENCE);
    const request = await lines.next();
    clearTimeout(timer);
    if (request === undefined) return lines.destroy();
    try {
      await this.#answer(checkRequest(request), lines);
    } catch (error) {
      lines.send(refusal(error));
    }
    lines.end();
  }

  async #answer(request: Request, lines: Lines): Promise<void> {
    const ok = (pid?: number): Answer => ({ ok: true, supervisor: process.pid, ...(pid === undefined ? {} : { pid }) });
    switch (request.op) {
      case 'ping':
        return lines.send(ok());
      case 'look':
        await this.look();
        return lines.send(ok());
      case 'leave':
        lines.send(ok());
        return void this.#leave();
      case 'names': {
        const container = findContainer(request.id);
        const care = this.#cares.get(container.id);
        if (care) answerAgain(container, care.ended);
        return lines.send(ok());
      }
      case 'start': {
        const care = this.#care(request.id);
        const { attach = false, stdin = false, size } = request;
        const started = care.start({ ownInput: attach && stdin, ...(size ? { size } : {}) });
        if (!attach) return lines.send(ok(await started));
        return await this.#attach(care, lines, stdin, started);
      }
      case 'attach': {
        const { id } = findContainer(request.id);
        const care = this.#cares.get(id);
        if (!care?.channels) return lines.send({ ok: false, message: 'nobody can attach to it', exitCode: 1 });
        return await this.#attach(care, lines, request.stdin ?? false);
      }
    }
  }

  /** Passes on what is written, until the container ends or the other side goes. */
  async #attach(care: Care, lines: Lines, stdin: boolean, started?: Promise<number>): Promise<void> {
    let waits = false;
    const send = (output: Output): void => {
      lines.send(output);
      const { channels } = care;
      if (waits || !channels || lines.pending < MOST_PENDING) return;
      waits = true;
      channels.hold();
      void lines.drained(SLOWEST).then((drained) => {
        waits = false;
        channels.release();
        if (!drained) lines.destroy();
      });
    };
    // What is written before the answer waits for it.
    let early: Output[] | undefined = [];
    care.onChannels((channels) =>
      channels.listen((stream, bytes) => {
        const output = { stream, data: bytes.toString('base64') };
        if (early) early.push(output);
        else send(output);
      }),
    );
    const pid = await started;
    lines.send({ ok: true, supervisor: process.pid, ...(pid === undefined ? {} : { pid }) } satisfies Answer);
    for (const output of early) send(output);
    early = undefined;
    void this.#takeInput(care, lines, stdin);
    const exitCode = await Promise.race([care.ended, lines.closed]);
    if (!lines.ended) send({ exit: exitCode ?? null });
  }

  async #takeInput(care: Care, lines: Lines, stdin: boolean): Promise<void> {
    for (;;) {
      const input = (await lines.next()) as Input | undefined;
      if (input === undefined) return;
      if ('size' in input && isSize(input.size)) care.channels?.resize(input.size);
      if (!stdin) continue;
      if ('data' in input && typeof input.data === 'string') care.channels?.write(Buffer.from(input.data, 'base64'));
      if ('eof' in input) care.channels?.endInput();
    }
  }

  #considerGoing(): void {
    clearTimeout(this.#idle);
    if (this.#leaving || this.#cares.size > 0 || this.#connections > 0) return;
    this.#idle = setTimeout(() => {
      if (this.#cares.size === 0 && this.#connections === 0) void this.#leave();
    }, IDLE);
  }

  /** From here on nobody is answered; who asks meanwhile asks the next one. */
  async #leave(): Promise<void> {
    this.#leaving = true;
    fs.rmSync(socketPath(), { force: true });
    this.#server.close();
    await Promise.all([...this.#cares.values()].map((care) => care.leave()));
    await this.#readiness.close();
    this.#whenIdle();
  }
}

/** The prompt: Node's own REPL with the API in scope, our commands, and a writer that knows containers – see repl (Node's documentation). */
import type { EventEmitter } from 'node:events';
import * as repl from 'node:repl';
import { PassThrough } from 'node:stream';
import { UsageError } from '../kernel/errors.ts';
import { commandsOf, type Prompt, showDone, showNext } from './commands.ts';
import { failureText } from './failure.ts';
import type { Lessons } from './lesson.ts';
import { accompany, endText, letRun } from './program.ts';
import { fillScope, renewScope } from './scope.ts';
import type { Session } from './session.ts';
import { listenAgain } from './signals.ts';

import { show } from './writer.ts';

export interface ShellOptions {
  session: Session;
  lessons: Lessons;
  /** With a person at it; else lines are given by `feed`. */
  interactive: boolean;
  guiding: boolean;
  /** Told of an error that belongs to no line (a promise nobody awaited), where no person reads. */
  onStray?: (error: unknown) => void;
}

/** How the last line ended. */
type Over = (error?: unknown) => void;

export class Shell {
  readonly server: repl.REPLServer;
  readonly prompt: Prompt;
  readonly #interactive: boolean;
  /** A piece of code waits for its next line. */
  unfinished = false;
  #over: Over | undefined;
  #handedOver = false;
  #waiting: (() => Promise<void>)[] = [];
  /** Ends the piece of code that is being evaluated. */
  #ended: (() => void) | undefined;
  readonly #stray: (error: unknown) => void;

  constructor({ session, lessons, interactive, guiding, onStray }: ShellOptions) {
    this.#interactive = interactive;
    this.#stray = onStray ?? (() => undefined);
    const print = (text: string): void => void process.stdout.write(`${text}\n`);
    this.prompt = { session, lessons, guiding, print, shownAt: '', stopTrace: undefined };
    this.server = repl.start({
      // Shown when the history has been read: what is typed ahead shall find it.
      prompt: '',
      input: interactive ? process.stdin : new PassThrough(),
      output: process.stdout,
      terminal: interactive,
      // What is typed must never run before Enter: it would be real system calls.
      preview: false,
      ignoreUndefined: true,
      breakEvalOnSigint: interactive,
      writer: show,
    });
    fillScope(this.server.context, session);
    this.server.on('reset', (context) => fillScope(context, session));
    this.#takeEvaluation();
    this.#takeErrors();
    this.#defineCommands();
    if (!interactive) this.server.displayPrompt = () => undefined;
  }

  /** Runs one line as if it had been typed, and waits until all it set off is over. @throws what it failed with. */
  feed(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#over = (error) => {
        this.#over = undefined;
        if (error === undefined) resolve();
        else reject(error);
      };
      const keyword = /^\.([a-z]\w*)\s*$|^\.([a-z]\w*)\s/.exec(line);
      const name = keyword?.[1] ?? keyword?.[2];
      if (name !== undefined && !(name in this.server.commands))
        return this.#over(new UsageError(`.${name} is no command`, { remedy: 'see them with .help' }));
      this.server.emit('line', line);
      // Node's own commands are over at once.
      if (name !== undefined && !(name in commandsOf(this.prompt))) this.#over?.();
    });
  }

  showPrompt(): void {
    this.server.setPrompt(this.#promptText());
    this.server.displayPrompt();
  }

  #promptText(): string {
    const { list, box } = this.prompt.session;
    const done = list.filter((it) => box.has(it.name)).length;
    return this.#interactive ? `minidocker ${done}/${list.length}> ` : '';
  }

  /** One thing after another: at once where nothing is going on (Node's prompt relies on it), else when that is over. */
  #enqueue(job: () => Promise<void>): void {
    const run = async (): Promise<void> => {
      await job();
      this.#waiting.shift();
      void this.#waiting[0]?.();
    };
    this.#waiting.push(run);
    if (this.#waiting.length === 1) void run();
  }

  /** Code goes to Node's evaluation; afterwards, whatever steps it did are told. An empty line means the next step where the guided session is on. */
  #takeEvaluation(): void {
    const evaluate = this.server.eval;
    const wrapped: repl.REPLEval = (code, context, file, callback) => {
      const { session, guiding } = this.prompt;
      if (code.trim() === '' && guiding && this.#interactive && session.next)
        return this.#command(
          () => session.advance(),
          () => callback(null, undefined),
        );
      this.#enqueue(
        () =>
          new Promise((done) => {
            this.#ended = done;
            evaluate.call(this.server, code, context, file, (error, result) => {
              this.unfinished = error instanceof repl.Recoverable;
              if (this.unfinished) {
                callback(error, undefined);
                this.#over?.();
                done();
              } else if (error) void this.#fail(error);
              else void this.#succeed(() => callback(null, result));
            });
          }),
      );
    };
    (this.server as { eval: repl.REPLEval }).eval = wrapped;
  }

  /** Node reports what the evaluated code throws through a domain (where it has one), not through the callback. */
  #takeErrors(): void {
    const domain = (this.server as unknown as { _domain?: EventEmitter })._domain;
    domain?.removeAllListeners('error');
    domain?.on('error', (error: unknown) => void this.#fail(error));
  }

  async #succeed(tell: () => void): Promise<void> {
    try {
      // What it has set off without waiting for it gets its turn.
      await new Promise((go) => setImmediate(go));
      listenAgain();
      const news = await this.#settle();
      tell();
      if (news) {
        showNext(this.prompt);
        this.showPrompt();
      }
      this.#over?.();
    } catch (error) {
      await this.#fail(error);
    }
    this.#ended?.();
  }

  async #fail(error: unknown): Promise<void> {
    listenAgain();
    await this.#settle().catch(() => undefined);
    this.server.clearBufferedCommand();
    if (this.#over) this.#over(error);
    else if (this.#interactive) {
      this.prompt.print(failureText(error));
      this.showPrompt();
    } else this.#stray(error);
    this.#ended?.();
  }

  /** After anything that may have done steps: tells of them, and hands the terminal over when a program runs. @returns whether there were any. */
  async #settle(): Promise<boolean> {
    const { session } = this.prompt;
    const { execed } = session.box.process;
    const isNew = execed && !this.#handedOver;
    this.#handedOver = execed;
    // Without a terminal of its own the program writes where we do: it is let finish first.
    const reader = this.#interactive ? this.server : undefined;
    if (isNew && session.box.terminal === undefined) await letRun(session.box, reader);
    const news = showDone(this.prompt);
    if (isNew) this.prompt.print(endText(await accompany(session.box, reader)));
    return news;
  }

  #command(action: () => void | Promise<void>, after: () => void): void {
    this.#enqueue(async () => {
      try {
        const { box } = this.prompt.session;
        await action();
        if (this.prompt.session.box !== box) renewScope(this.server.context, this.prompt.session);
        await this.#settle();
        showNext(this.prompt);
        this.#over?.();
      } catch (error) {
        if (this.#over) this.#over(error);
        else this.prompt.print(failureText(error));
      }
      this.server.setPrompt(this.#promptText());
      after();
    });
  }

  #defineCommands(): void {
    for (const [name, { help, action }] of Object.entries(commandsOf(this.prompt))) {
      this.server.defineCommand(name, {
        help,
        action: (argument) => {
          this.server.clearBufferedCommand();
          this.#command(
            () => action(argument.trim()),
            () => this.showPrompt(),
          );
        },
      });
    }
  }
}

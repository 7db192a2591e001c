/** The care for one detached container: starting it, collecting what it writes, learning how it ended, starting it again. */
import * as fs from 'node:fs';
import type { Exit } from '../../kernel/exits.ts';
import type { Readiness } from '../../kernel/readiness.ts';
import type { Box } from '../../steps/box.ts';
import { tell } from '../events.ts';
import { cleanUp } from '../lifecycle/clean-up.ts';
import { attributesOf } from '../lifecycle/create.ts';
import { finished, noteFailure } from '../lifecycle/finish.ts';
import { launch } from '../lifecycle/launch.ts';
import { openContainerSide } from '../logs/fifo.ts';
import { exitCodeOf } from '../run.ts';
import type { Keeper, State } from '../store/record.ts';
import { isRunning } from '../store/status.ts';
import { type Container, changeState, changeStateLocked, locked, readContainer, writeRecord } from '../store/store.ts';
import { Channels } from './channels.ts';
import { HealthMonitor } from './health.ts';
import { keep, releaseKeeper, takeFromKeeper } from './keeper.ts';
import { attempt, readSafely, untilPossible, wasOomKilled } from './last-words.ts';
import { exitOfStranger, openProcess } from './pidfd.ts';
import type { StartWishes } from './protocol.ts';
import { restartDelay, wantsRestart } from './restart.ts';

export class Care {
  readonly id: string;
  readonly #readiness: Readiness;
  readonly #whenDone: (care: Care) => void;
  #channels: Channels | undefined;
  #whenChannels: ((channels: Channels) => void)[] = [];
  #health: HealthMonitor | undefined;
  #box: Box | undefined;
  #keeper: Keeper | undefined;
  #startedAt = 0;
  #delay = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended: Promise<number | null> = Promise.resolve(null);
  #ending: Promise<void> | undefined;
  #settle: (exitCode: number | null) => void = () => undefined;

  constructor(id: string, readiness: Readiness, whenDone: (care: Care) => void) {
    this.id = id;
    this.#readiness = readiness;
    this.#whenDone = whenDone;
  }

  /** Does something with the channels, as soon as there are some. */
  onChannels(action: (channels: Channels) => void): void {
    if (this.#channels) action(this.#channels);
    else this.#whenChannels.push(action);
  }

  get channels(): Channels | undefined {
    return this.#channels;
  }

  /** The exit code of the present run; null where nobody knows. */
  get ended(): Promise<number | null> {
    return this.#ended;
  }

  /** Starts the container, unless it runs. @throws UsageError, SyscallError: the state says why, then */
  async start(wishes: StartWishes = {}): Promise<number> {
    try {
      return await this.#start(wishes);
    } catch (error) {
      if (!this.#channels) this.#whenDone(this);
      throw error;
    }
  }

  async #start(wishes: StartWishes): Promise<number> {
    this.#cancelRestart();
    return await locked(this.id, async () => {
      const container = readContainer(this.id)!;
      if (isRunning(container.state)) return container.state.process!.pid;
      try {
        return await this.#launch(container, wishes);
      } catch (error) {
        this.#failed(error);
        throw error;
      }
    });
  }

  /** Takes over a container that another supervisor has started. @returns false when it does not live any more */
  adopt(container: Container): boolean {
    const { process: first, startedAt } = container.state;
    const pidfd = first && openProcess(first);
    if (!first || pidfd === undefined) return false;
    this.#begin(container, Date.parse(startedAt ?? ''));
    const channels = this.#openChannels(container);
    this.#keeper = container.state.keeper;
    if (this.#keeper) {
      const master = takeFromKeeper(this.#keeper);
      if (master !== undefined) channels.openTerminal(master);
    } else channels.openPipes();
    this.#readiness.add(pidfd, () => {
      this.#readiness.remove(pidfd);
      void exitOfStranger(pidfd, first).then((exit) => {
        fs.closeSync(pidfd);
        return this.#end(exit);
      });
    });
    return true;
  }

  /** Starts it after a while: a policy asks for it. */
  restartLater(container: Container, ran = 0): void {
    this.#delay = restartDelay(this.#delay, ran);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#restart(container.id);
    }, this.#delay);
  }

  /** Stops looking after it; it lives on. What has ended is still written down. */
  async leave(): Promise<void> {
    this.#cancelRestart();
    this.#health?.stop();
    await this.#ending;
  }

  async #launch(container: Container, { ownInput = false, size }: StartWishes): Promise<number> {
    const { record, directory } = container;
    const isTerminal = record.options.tty ?? false;
    // Whoever ran it before, now it is ours.
    if (!record.detached) writeRecord({ ...container, record: { ...record, detached: true } });
    this.#begin(container, Date.now());
    const channels = this.#openChannels(container);
    const side = isTerminal ? undefined : openContainerSide(directory, record.openStdin, ownInput);
    try {
      if (!isTerminal) channels.openPipes();
      if (ownInput && record.openStdin) channels.prepareInput();
      const save = (found: Partial<State>): void => {
        changeStateLocked(this.id, ({ restartCount }) => ({
          restartCount,
          stoppedByHand: false,
          ...found,
          ...(this.#keeper ? { keeper: this.#keeper } : {}),
        }));
      };
      const box = await launch(container, {
        stdio: side?.stdio ?? [null, null, null],
        dieWithParent: false,
        save,
        beforeProgram: (it) => {
          if (it.terminal === undefined) return;
          this.#keeper = keep(it.terminal);
          channels.openTerminal(it.terminal);
          it.terminal = undefined;
          if (size) channels.resize(size);
        },
      });
      this.#box = box;
      tell('start', this.id, attributesOf(container));
      void box.wait().then((exit) => this.#end(exit));
      if (record.health) this.#health = new HealthMonitor(container, record.health);
      return box.process.pid;
    } finally {
      side?.close();
    }
  }

  #begin(container: Container, at: number): void {
    this.#startedAt = Number.isNaN(at) ? Date.now() : at;
    this.#ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    if (container.record.health && isRunning(container.state))
      this.#health = new HealthMonitor(container, container.record.health);
  }

  #openChannels({ directory, record }: Container): Channels {
    this.#channels?.close();
    this.#channels = new Channels(directory, record.log, this.#readiness);
    for (const action of this.#whenChannels.splice(0)) action(this.#channels);
    return this.#channels;
  }

  #failed(error: unknown): void {
    const exitCode = noteFailure(this.id, error);
    this.#channels?.close();
    this.#channels = undefined;
    this.#keeper = releaseKeeper(this.#keeper);
    this.#settle(exitCode);
  }

  /** It has ended: everything that follows from that, once. */
  #end(exit: Exit | undefined): Promise<void> {
    this.#ending = this.#exited(exit).finally(() => {
      this.#ending = undefined;
    });
    return this.#ending;
  }

  async #exited(exit: Exit | undefined): Promise<void> {
    const exitCode = exit ? exitCodeOf(exit) : null;
    this.#health?.stop();
    const container = readSafely(this.id);
    const oomKilled = container !== undefined && wasOomKilled(container);
    await untilPossible(this.id, () => this.#channels?.finish());
    this.#channels?.close();
    this.#channels = undefined;
    await attempt(this.id, () => this.#box?.close());
    this.#box = undefined;
    this.#keeper = releaseKeeper(this.#keeper);
    if (container) {
      await attempt(this.id, () => cleanUp(container));
      await untilPossible(this.id, () => this.#finish(container, exitCode, oomKilled));
    }
    this.#settle(exitCode);
    if (this.#timer === undefined) this.#whenDone(this);
  }

  async #finish(container: Container, exitCode: number | null, oomKilled: boolean): Promise<void> {
    const ran = Date.now() - this.#startedAt;
    const state = await finished(container, exitCode, oomKilled, (it) =>
      wantsRestart(container.record.restart, it, exitCode),
    );
    if (state?.restartAt) this.restartLater(container, ran);
  }

  async #restart(id: string): Promise<void> {
    const state = await changeState(id, (it) => {
      if (it.stoppedByHand || it.restartAt === undefined) return undefined;
      const { restartAt: _, ...rest } = it;
      return { ...rest, restartCount: it.restartCount + 1 };
    });
    if (!state || state.stoppedByHand) return this.#whenDone(this);
    try {
      await this.#start({});
    } catch {
      // The state says why.
      const container = readSafely(id);
      if (!container || !wantsRestart(container.record.restart, container.state, 125)) return this.#whenDone(this);
      await changeState(id, (it) => ({ ...it, restartAt: new Date(Date.now() + this.#delay * 2).toISOString() }));
      this.restartLater(container);
    }
  }

  #cancelRestart(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

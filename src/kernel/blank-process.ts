/**
 * A blank process: a real process that runs no program. It waits; it is handed one system call (or a chain of them); it makes it; the result comes back. It has its own
 * pid, namespaces, credentials, mounts, control group and descriptors, and one thread only, so that every call which makes a container works in it. Its last call is
 * execve(2), and then it *is* the container. See clone(2), futex(2).
 */
import { closeAllBut, deathSignal, firstCalls, SIGKILL, type SpawnOptions } from './birth.ts';
import { type Arg, Arguments, type Caller, conclude, concludeAll, host } from './caller.ts';
import type { SyscallName } from './calls.ts';
import { codeAddress } from './code-page.ts';
import { CLONE, SIGCHLD } from './constants.ts';
import { StillRunningError, SyscallError } from './errors.ts';
import { type Exit, forget, hold, watch } from './exits.ts';
import { CLONE_ARGS_SIZE, forkRequest } from './fork-request.ts';
import { type LaunchOptions, launch, launcherDescriptor } from './launcher.ts';
import { rawClone } from './libc.ts';
import { type LaidOutRequest, Mailbox, type Request, resultOf, state } from './mailbox.ts';
import { withSignalsBlocked } from './signals.ts';
import { asPlumbing, startClock } from './trace.ts';

const STACK = 4096;
const LIMIT = 10_000;

export type { SpawnOptions } from './birth.ts';
export { StillRunningError } from './errors.ts';

export class BlankProcess implements Caller {
  /** As Node sees it. */
  readonly pid: number;
  /** Refers to this process and no other, see pidfd_open(2). */
  readonly pidfd: number;
  /** How it ended; settled when it has, whether or not it had become a program. */
  readonly ended: Promise<Exit>;
  #exit: Exit | undefined;
  #execed = false;
  readonly #mailbox: Mailbox;
  /** It ends with Node: it has a death signal. */
  readonly dieWithParent: boolean;
  /** Calls that are made right before the next one. */
  #owed: Request[] = [];

  private constructor(pid: number, mailbox: Mailbox, dieWithParent: boolean) {
    this.pid = pid;
    this.#mailbox = mailbox;
    this.dieWithParent = dieWithParent;
    this.pidfd = asPlumbing(() => host.call('pidfd_open', pid, 0));
    this.ended = watch(this.pidfd, (exit) => {
      this.#exit = exit;
      asPlumbing(() => host.call('close', this.pidfd));
      mailbox.memory.release();
    });
  }

  get who(): string {
    return `blank ${this.pid}`;
  }

  /** A new blank process. @throws SyscallError from clone(2). */
  static spawn(options: SpawnOptions = {}): BlankProcess {
    const { flags = 0, dieWithParent = true, keep = [] } = options;
    const mailbox = new Mailbox();
    const stack = mailbox.memory.take(STACK);
    const cloneFlags = CLONE.VM | CLONE.CHILD_CLEARTID | SIGCHLD | flags;
    const started = startClock();
    const code = codeAddress();
    const launcher = launcherDescriptor();
    // There before it is born: if Node is killed right after the birth, nobody else could tell it to go.
    mailbox.post(mailbox.layOut([deathSignal(dieWithParent)])[0]!);
    const { value, errno } = withSignalsBlocked(() =>
      rawClone(code, stack.address + STACK, cloneFlags, mailbox.address, mailbox.address),
    );
    const pid = conclude('node', 'clone', [cloneFlags, 'blank'], errno ? -errno : value, started);
    mailbox.wait(LIMIT);
    const born = new BlankProcess(pid, mailbox, dieWithParent);
    asPlumbing(() => born.chain([...firstCalls(), ...closeAllBut([...keep, launcher])]));
    return born;
  }

  /**
   * Forks: the child is a blank process like this one, in this one's namespaces and with copies of its descriptors, and Node's child (CLONE_PARENT).
   * @param options.flags CLONE_NEW* for the child
   * @param options.cgroup a descriptor of this process for a directory of cgroup v2: the child is born in that group. Moving a process there later costs
   * ten milliseconds, for the kernel waits until no processor looks at the old state any more.
   * @throws SyscallError from clone(2) or clone3(2).
   */
  fork(options: { flags?: number; cgroup?: number } = {}): BlankProcess {
    this.settle();
    const mailbox = new Mailbox();
    const first = mailbox.layOut([deathSignal(this.dieWithParent)]);
    mailbox.post(first[0]!);
    const flags = CLONE.VM | CLONE.PARENT | CLONE.CHILD_CLEARTID | (options.flags ?? 0);
    const started = startClock();
    const request = forkRequest(mailbox, flags, options.cgroup);
    const [pid] = this.#run([request], LIMIT, () => {
      mailbox.wait(LIMIT);
    });
    const shown = request.name === 'clone' ? [flags, null, null] : [null, CLONE_ARGS_SIZE];
    conclude(this.who, request.name, shown, pid!, started);
    return new BlankProcess(pid!, mailbox, this.dieWithParent);
  }

  /** Makes one system call and waits for it, 10 s at most. @throws SyscallError; StillRunningError when it takes longer. */
  call(name: SyscallName, ...args: Arg[]): number {
    if (this.#owed.length > 0) return this.chain([{ name, args }]).at(-1)!;
    const { memory } = this.#mailbox;
    const mark = memory.mark();
    const laidOut = new Arguments(memory, args);
    const started = startClock();
    const [result] = this.#run([{ name, values: laidOut.values }]);
    laidOut.copyBack();
    if (this.#mailbox.state === state.done) memory.rewind(mark);
    return conclude(this.who, name, args, result!, started);
  }

  /**
   * Makes a call for whose answer nobody waits, together with the next one: a hand-over costs more than most calls do, and every descriptor has to be closed
   * once. A refusal of it is passed over.
   */
  later(name: SyscallName, ...args: Arg[]): void {
    this.#assertBlank(name);
    this.#owed.push({ name, args, mayFail: true });
  }

  /** Makes the calls that are owed now. */
  settle(): void {
    if (this.#owed.length > 0) this.chain([]);
  }

  /** Makes one system call that may take long, without holding the event loop. */
  async callAside(name: SyscallName, ...args: Arg[]): Promise<number> {
    this.settle();
    this.#assertBlank(name);
    const laidOut = new Arguments(this.#mailbox.memory, args);
    const started = startClock();
    const places = this.#mailbox.layOut([{ name, values: laidOut.values }]);
    this.#mailbox.post(places[0]!);
    await this.#mailbox.waitAside();
    if (this.#mailbox.state === state.gone) throw this.#gone(name);
    laidOut.copyBack();
    return conclude(this.who, name, args, resultOf(places[0]!), started);
  }

  /**
   * Makes several calls one after another without coming back between them; stops at the first refusal that is not allowed.
   * @returns each result; minus errno for one that was refused and may be. @throws SyscallError for the one that stopped it.
   */
  chain(asked: readonly Request[]): number[] {
    const owed = this.#owed;
    this.#owed = [];
    const requests = [...owed, ...asked];
    if (requests.length === 0) return [];
    const { memory } = this.#mailbox;
    const mark = memory.mark();
    const laidOut = requests.map((it) => new Arguments(memory, it.args));
    const started = startClock();
    const results = this.#run(
      requests.map((it, i) => ({ name: it.name, values: laidOut[i]!.values, mayFail: it.mayFail ?? false })),
    );
    for (const it of laidOut) it.copyBack();
    if (this.#mailbox.state === state.done) memory.rewind(mark);
    return concludeAll(this.who, requests, results, started).slice(owed.length);
  }

  /**
   * Becomes a program: execve(2) of the first of `paths` that is there and executable (as execvp(3) chooses), through the launcher. Signals are as a program
   * expects them again. After it this process can be asked nothing any more. @throws SyscallError (EACCES wins over ENOENT).
   */
  exec(paths: readonly string[], argv: readonly string[], env: readonly string[], options: LaunchOptions = {}): void {
    this.#assertBlank('execve');
    launch(this, paths, argv, env, options);
  }

  /** Hands it calls that it makes by itself, and lets it go: nobody waits, and nobody learns how they went. The last one has to end it. */
  leaveWith(requests: readonly Request[]): void {
    this.settle();
    this.#assertBlank(requests[0]!.name);
    const laidOut = requests.map((it) => ({ ...it, values: new Arguments(this.#mailbox.memory, it.args).values }));
    this.#mailbox.post(this.#mailbox.layOut(laidOut)[0]!);
    for (const { name, args } of requests) conclude(this.who, name, args, 0, startClock());
  }

  /** Sends a signal to it and to nobody else, see pidfd_send_signal(2). Nothing happens when it has ended. */
  kill(signal: number = SIGKILL): void {
    if (this.#exit) return;
    if (signal === SIGKILL) hold(this.pidfd);
    try {
      host.call('pidfd_send_signal', this.pidfd, signal, null, 0);
    } catch (error) {
      if (!(error instanceof SyscallError && error.code === 'ESRCH')) throw error;
    }
  }

  /** Ends it at once and waits until it is gone: for a process that has not become a program, or whose program is to go. */
  end(): void {
    if (this.#exit) return;
    this.kill();
    forget(this.pidfd);
  }

  /** How it ended, if it has. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** Has it become a program? */
  get execed(): boolean {
    return this.#execed;
  }

  /** A copy of one of its descriptors, for Node – see pidfd_getfd(2). */
  takeDescriptor(fd: number): number {
    return host.call('pidfd_getfd', this.pidfd, fd, 0);
  }

  #run(requests: readonly LaidOutRequest[], limit = LIMIT, whileWaiting?: () => void): number[] {
    const name = requests.at(-1)!.name;
    this.#assertBlank(name);
    const places = this.#mailbox.layOut(requests);
    this.#mailbox.post(places[0]!);
    if (!this.#mailbox.wait(limit))
      throw new StillRunningError(`process ${this.pid} is still in ${name}() after ${limit / 1000} s`);
    if (this.#mailbox.state === state.gone) {
      // The kernel clears the state word at execve too: whether the program lives still is for `exit` to say.
      if (requests.every((it) => it.name !== 'execve')) throw this.#gone(name);
      this.#execed = true;
      hold(this.pidfd);
    } else if (resultOf(places[0]!) >= 0) whileWaiting?.();
    return places.map(resultOf);
  }

  #assertBlank(name: string): void {
    if (this.#execed)
      throw new Error(
        `process ${this.pid} is no blank process any more: it has become a program, so ${name}() can't be made in it`,
      );
    if (this.#exit || this.#mailbox.state === state.gone) throw this.#gone(name);
    if (this.#mailbox.state === state.request)
      throw new StillRunningError(`process ${this.pid} has not come back from its last call, so ${name}() has to wait`);
  }

  #gone(name: string): Error {
    return new Error(`process ${this.pid} is gone (it was killed), so ${name}() can't be made in it`);
  }
}

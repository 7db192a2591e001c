/**
 * A box: a container in the making. It holds the blank process that the steps work on, the configuration, the steps done so far, and what has to be taken back at the end.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { BlankProcess } from '../kernel/blank-process.ts';
import { UsageError } from '../kernel/errors.ts';
import type { Exit } from '../kernel/exits.ts';
import { type NamespaceKind, namespaceId } from '../kernel/namespace.ts';
import { isTraced } from '../kernel/trace.ts';
import type { Config } from '../spec/config.ts';
import type { Step } from './step.ts';

/** Where the container's files come from. */
export type Root =
  /** Read-only layers, the topmost first, under a writable one. `hide` lists what of them is not to be seen. */
  | { kind: 'overlay'; lower: readonly string[]; hide?: readonly string[] }
  /** A directory as it is, written to directly. */
  | { kind: 'directory'; path: string };

/** What standard input, output and error are: descriptors of Node's; `null` is /dev/null. */
export type Stdio = readonly [stdin: number | null, stdout: number | null, stderr: number | null];

/** Is told right before and right after each step: for whoever shows what a step changed. */
export type Watch = (moment: 'before' | 'after', step: Step, box: Box) => void;

export interface BoxOptions {
  id: string;
  config: Config;
  root: Root;
  /** A directory of its own: mount point, overlay's upper and work directories. It exists. */
  directory: string;
  stdio?: Stdio;
  /** Ends with Node (true where nothing is said). */
  dieWithParent?: boolean;
  watch?: Watch;
}

export class Box {
  readonly id: string;
  readonly config: Config;
  readonly root: Root;
  readonly directory: string;
  readonly stdio: Stdio;
  /** The blank process that the next step works on: after a fork, the child. */
  process: BlankProcess;
  /** The steps done, in order. */
  readonly done: Step[] = [];
  /** Where the new root is in the process's present view: its mount point before pivot_root, `/` after it, undefined before there is one. */
  newRoot: string | undefined;
  /** The old root is still stacked under the new one. */
  oldRootHeld = false;
  /** The master side of the container's terminal, a descriptor of Node's. */
  terminal: number | undefined;
  /** Called by the last step when the process has a memory of its own already, and the program has not begun. */
  beforeProgram: (() => void) | undefined;
  /** Whatever steps want to remember for observe and undo, by step name. */
  readonly notes = new Map<string, unknown>();
  readonly #dieWithParent: boolean;
  readonly #watch: Watch | undefined;
  #parents: BlankProcess[] = [];
  /** Failed steps that could not be taken back yet. */
  readonly #begun: Step[] = [];

  constructor(options: BoxOptions) {
    this.id = options.id;
    this.config = options.config;
    this.root = options.root;
    this.directory = options.directory;
    this.stdio = options.stdio ?? [0, 1, 2];
    this.#dieWithParent = options.dieWithParent ?? true;
    this.#watch = options.watch;
    this.process = this.#spawn();
  }

  /** Where the new root is mounted. */
  get mountPoint(): string {
    return join(this.directory, 'root');
  }

  /** The processes that forked the present one, the oldest first. They wait, and end when the program starts. */
  get parents(): readonly BlankProcess[] {
    return this.#parents;
  }

  /** Is this namespace the container's own, not that of the host's (Node's) process? */
  owns(kind: NamespaceKind): boolean {
    return namespaceId(this.process.pid, kind) !== namespaceId('self', kind);
  }

  /** Has a step of this name been done? */
  has(name: string): boolean {
    return this.done.some((it) => it.name === name);
  }

  /** Does one step. When it fails, what it had begun is taken back and the box is as before. */
  async apply(step: Step): Promise<void> {
    if (typeof step?.explain !== 'string')
      throw new UsageError('what is to be applied is no step', {
        remedy: "call one of steps: await box.apply(steps.hostname('lab'))",
      });
    step.check?.(this);
    this.#watch?.('before', step, this);
    try {
      await step.apply(this);
    } catch (error) {
      await this.#takeBack(step);
      throw error;
    }
    // Who reads a trace wants to see with a step what the step did.
    if (isTraced() && !this.process.execed) this.process.settle();
    this.done.push(step);
    this.#watch?.('after', step, this);
  }

  /** What a failed step had begun. When that fails too (something still uses it), it is for close() to do; what went wrong first is what is told. */
  async #takeBack(step: Step): Promise<void> {
    try {
      await step.undo?.(this);
    } catch {
      this.#begun.push(step);
    }
  }

  /** The process forks; the child is the one that goes on. `cgroup`: the descriptor, in the process, of the group that it is born in. */
  fork(flags = 0, cgroup?: number): void {
    const child = this.process.fork(cgroup === undefined ? { flags } : { flags, cgroup });
    this.#parents.push(this.process);
    this.process = child;
  }

  /** Lets go of the processes that only forked. */
  endParents(): void {
    for (const parent of this.#parents.reverse()) parent.end();
    this.#parents = [];
  }

  /** Goes back by `count` steps, honestly: what is on the host's side is undone, the process ends, and the remaining steps are done again in a new one. */
  async back(count = 1): Promise<void> {
    const again = this.done.slice(0, Math.max(0, this.done.length - count));
    await this.reset();
    for (const step of again) await this.apply(step);
  }

  /** Begins anew: takes everything back, with a new blank process. */
  async reset(): Promise<void> {
    await this.close();
    this.process = this.#spawn();
  }

  /** How the program ended. */
  async wait(): Promise<Exit> {
    return await this.process.ended;
  }

  /** Ends the processes and takes back what the kernel does not. Safe to call twice. @returns what was taken back, by step name. */
  async close(): Promise<string[]> {
    this.process.end();
    this.endParents();
    const undone: string[] = [];
    const failures: unknown[] = [];
    // One that fails keeps no other from being taken back, and is tried again by the next close().
    for (const step of [...this.#begun.splice(0), ...this.done.toReversed()]) {
      if (!step.undo) continue;
      try {
        await step.undo(this);
        undone.push(step.name);
      } catch (error) {
        failures.push(error);
        this.#begun.push(step);
      }
    }
    this.done.length = 0;
    if (failures.length > 0) throw failures[0];
    if (this.terminal !== undefined) fs.closeSync(this.terminal);
    this.newRoot = undefined;
    this.oldRootHeld = false;
    this.terminal = undefined;
    this.notes.clear();
    return undone;
  }

  #spawn(): BlankProcess {
    const keep = this.stdio.filter((it): it is number => it !== null);
    return BlankProcess.spawn({ dieWithParent: this.#dieWithParent, keep });
  }
}

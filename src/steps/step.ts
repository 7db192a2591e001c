/** What a step is: one idea of a container, that can be explained, made, looked at, and (where the kernel does not do so itself) taken back. */
import type { Box } from './box.ts';

/** What a step shows of the kernel's state: a label and a value each. */
export type Observation = Record<string, string | number | boolean | undefined>;

export interface Step {
  /** A word: `proc`, `pivot-root`. Unique in the list of one container. */
  readonly name: string;
  /** What it does, in a line. */
  readonly title: string;
  /** Why it is there and how it works, a few sentences. */
  readonly explain: string;
  /** Where to read on: `mount(2)`, `pid_namespaces(7)`. */
  readonly manual: readonly string[];
  /** The system calls (and writes) that it is going to make, as a person would write them. */
  readonly calls: readonly string[];
  /** The JavaScript that makes this step: `steps.hostname('lab')`. */
  readonly code: string;
  /** Is it safe and possible now? @throws UsageError that says what is missing and what to type. */
  check?(box: Box): void;
  /** Does it. @throws SyscallError, UsageError. */
  apply(box: Box): void | Promise<void>;
  /** Reads from the kernel what it changed. */
  observe(box: Box): Observation;
  /** Takes back what the kernel does not take back by itself when the process ends. Safe to call twice. */
  undo?(box: Box): void | Promise<void>;
}

/** The constructor call of a step, as somebody would type it. */
export function codeOf(name: string, ...args: unknown[]): string {
  const given = args.filter((it) => it !== undefined);
  return `steps.${name}(${given.map((it) => JSON.stringify(it)).join(', ')})`;
}

/** What is to be said in another language: the steps done so far, and what they were made from. */
import type { RunOptions } from '../container/options.ts';
import type { TraceEvent } from '../kernel/trace.ts';
import type { Config } from '../spec/config.ts';
import type { Root } from '../steps/box.ts';
import type { Step } from '../steps/step.ts';

export interface Subject {
  /** What the box was made with. */
  options: RunOptions;
  config: Config;
  root: Root;
  steps: readonly Step[];
  /** The calls that each of the steps made, in the same order. */
  calls: readonly (readonly TraceEvent[])[];
}

/** `steps.hostname("lab")` taken apart. */
export interface Call {
  name: string;
  args: unknown[];
}

/** The constructor call of a step; its arguments are JSON. */
export function callOf(step: Step): Call {
  const [, name = '', args = ''] = /^steps\.([\w.]+)\((.*)\)$/s.exec(step.code) ?? [];
  return { name, args: JSON.parse(`[${args}]`) };
}

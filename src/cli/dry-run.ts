/** `run --dry-run`: the list of steps that would be made, each with its calls. */
import type { Step } from '../steps/step.ts';
import { paint } from '../view/colour.ts';
import { printable } from '../view/printable.ts';

/** One step as text: `3  mount   a view of the mounts of its own`, and the calls below. */
const formatStep = (step: Step, index: number, width: number): string => {
  const head = `${String(index + 1).padStart(2)}  ${paint('bold', step.name.padEnd(width))}  ${printable(step.title)}`;
  return [head, ...step.calls.map((it) => `    ${' '.repeat(width)}  ${paint('dim', printable(it))}`)].join('\n');
};

export function formatSteps(steps: readonly Step[]): string {
  const width = Math.max(...steps.map((it) => it.name.length));
  return steps.map((it, i) => formatStep(it, i, width)).join('\n');
}

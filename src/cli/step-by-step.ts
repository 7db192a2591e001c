/** `run --step`: a real run, paused before each of its steps. */
import * as tty from 'node:tty';
import { UsageError } from '../kernel/errors.ts';
import type { Box } from '../steps/box.ts';
import type { Step } from '../steps/step.ts';
import { painter } from '../view/colour.ts';
import { printable } from '../view/printable.ts';
import { tell } from './say.ts';
import { shellAt } from './shell-at.ts';

const keys = 'Enter go on · e explain · d difference · s shell at this point · q abort';

export type Decision = 'go' | 'abort';

/** @returns what is asked before each step. @throws UsageError without a terminal to ask on. */
export function stepByStep(steps: readonly Step[]): (box: Box, step: Step) => Promise<Decision> {
  if (!tty.isatty(0) || !tty.isatty(2))
    throw new UsageError('--step needs a terminal to ask on', { remedy: 'use --dry-run or --trace without one' });
  const paint = painter(process.stderr);
  return async (box, step) => {
    const index = steps.indexOf(step);
    tell(`\n${paint('bold', `${index + 1} of ${steps.length}  ${step.name}`)}  ${printable(step.title)}`);
    for (const call of step.calls) tell(paint('cyan', `    ${printable(call)}`));
    for (;;) {
      const answer = await ask(paint('dim', `${keys} > `));
      if (answer === undefined || answer === 'q') return 'abort';
      if (answer === '') return 'go';
      if (answer === 'e') tell(`${step.explain}\n${paint('dim', `see ${step.manual.join(', ')}`)}`);
      else if (answer === 's') await shellAt(box);
      else tell(`there is no key ${JSON.stringify(answer)}`);
    }
  };
}

/** One line from the terminal; undefined at its end and on Ctrl-C. Nothing is read beyond it: the rest is for the container. */
function ask(question: string): Promise<string | undefined> {
  const { stdin } = process;
  process.stderr.write(question);
  return new Promise((resolve) => {
    const finish = (answer: string | undefined): void => {
      stdin.off('data', line).off('end', end).pause();
      process.off('SIGINT', end);
      resolve(answer);
    };
    const line = (data: Buffer): void => finish(data.toString('utf8').trim());
    const end = (): void => finish(undefined);
    stdin.on('data', line).on('end', end).resume();
    process.on('SIGINT', end);
  });
}

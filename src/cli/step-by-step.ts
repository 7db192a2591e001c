/** `run --step`: a real run, paused before each of its steps. */
import * as tty from 'node:tty';
import { UsageError } from '../kernel/errors.ts';
import { difference } from '../observe/difference.ts';
import { type Facts, factsOf } from '../observe/facts.ts';
import type { Box } from '../steps/box.ts';
import type { Step } from '../steps/step.ts';
import { changesText } from '../view/changes.ts';
import { painter } from '../view/colour.ts';
import { printable } from '../view/printable.ts';
import { tell } from './say.ts';
import { shellAt } from './shell-at.ts';

const keys = 'Enter go on · e explain · d difference · s shell at this point · q abort';

export type Decision = 'go' | 'abort';

const look = (box: Box): Facts => factsOf(box.process.pid, box.process);

/** What the kernel says of the process now, and what it said before the last step. */
interface Looks {
  before?: Facts;
  now: Facts;
}

/** @returns what asks before a step, of so many. @throws UsageError without a terminal to ask on. */
export function stepByStep(): (box: Box, step: Step, total: number) => Promise<Decision> {
  if (!tty.isatty(0) || !tty.isatty(2))
    throw new UsageError('--step needs a terminal to ask on', { remedy: 'use --dry-run or --trace without one' });
  const paint = painter(process.stderr);
  let looks: Looks | undefined;
  return async (box, step, total) => {
    const now = look(box);
    looks = looks ? { before: looks.now, now } : { now };
    const head = `${box.done.length + 1} of ${total}  ${step.name}`;
    tell(`\n${paint('bold', head)}  ${printable(step.title)}`);
    for (const call of step.calls) tell(paint('cyan', `    ${printable(call)}`));
    return await decide(box, step, looks);
  };
}

/** Asks until the answer is to go on or to give up. */
async function decide(box: Box, step: Step, looks: Looks): Promise<Decision> {
  const paint = painter(process.stderr);
  for (;;) {
    const answer = await ask(paint('dim', `${keys} > `));
    if (answer === undefined || answer === 'q') return 'abort';
    if (answer === '') return 'go';
    if (answer === 'e') tell(`${step.explain}\n${paint('dim', `see ${step.manual.join(', ')}`)}`);
    else if (answer === 'd') tell(lastChanges(box, looks));
    else if (answer === 's') await shellAt(box);
    else tell(`there is no key ${JSON.stringify(answer)}`);
  }
}

function lastChanges(box: Box, { before, now }: Looks): string {
  const last = box.done.at(-1);
  if (!last || !before) return 'nothing has been done yet: the process is blank';
  return `${last.name} has changed\n${changesText(difference(before, now), [[box.directory, 'BOX']])}`;
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

/** The words of the guided session: where one is, what comes next and why, what has just changed. */
import type { Box } from '../steps/box.ts';
import type { Step } from '../steps/step.ts';
import { changesText } from '../view/changes.ts';
import { paint } from '../view/colour.ts';
import { stepCard } from '../view/steps.ts';
import { widthOf } from '../view/wrap.ts';
import type { Lessons } from './lesson.ts';
import type { Done, Session } from './session.ts';

/** How long one reads and tries a step, in seconds. */
const PER_STEP = 20;

export const minutes = (steps: number): string => {
  const count = Math.max(1, Math.round((steps * PER_STEP) / 60));
  return count === 1 ? 'about a minute' : `about ${count} minutes`;
};

const rule = (text: string): string => {
  const line = `── ${text} `;
  return paint('dim', line + '─'.repeat(Math.max(3, widthOf() - line.length)));
};

/** Paths that are too long to be read, and what stands for them. */
const namesOf = (box: Box): [string, string][] => [
  [box.mountPoint, 'ROOT'],
  [box.directory, 'BOX'],
  [box.id, 'ID'],
];

/** The card of the step that comes next. */
export function nextText(session: Session, step: Step, lessons: Lessons): string {
  const { list, toCome } = session;
  const place = `step ${list.indexOf(step) + 1} of ${list.length}`;
  const lines = [rule(`${place} · ${lessons(step.name).chapter} · ${minutes(toCome.length)} to go`), stepCard(step)];
  return lines.join('\n');
}

/** What one step has changed, in a table. */
export const doneText = (box: Box, { step, changes }: Done): string =>
  `${paint('green', '✔')} ${step.name}: changed in the kernel\n${changesText(changes, namesOf(box))}`;

/** How to see it with another program, while the process is as it is now. */
export function lookText(box: Box, step: Step, lessons: Lessons): string | undefined {
  const { look } = lessons(step.name);
  if (!look || box.process.exit) return undefined;
  const root = box.newRoot === undefined || box.newRoot === '/' ? '' : box.newRoot;
  const command = look.replaceAll('PID', String(box.process.pid)).replaceAll('ROOT', root);
  return `  ${paint('dim', 'see it from another terminal:')} ${command}`;
}

export const welcomeText = (session: Session): string =>
  [
    `${paint('bold', 'A container, built by hand.')} There is a blank process, pid ${session.box.process.pid}: it runs no program, it waits for system calls.`,
    `${session.list.length} steps make it a container with a shell in it (${minutes(session.list.length)}). Each one is shown before it is made.`,
    `${paint('bold', 'Enter')} does the next step; or type its code yourself. .back undoes, .diff shows again what changed, .help lists the rest.`,
  ].join('\n');

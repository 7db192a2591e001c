/** The words of the guided session: where one is, what comes next and why, what has just changed. */
import type { Box } from '../steps/box.ts';
import type { Step } from '../steps/step.ts';
import { changesText } from '../view/changes.ts';
import { paint } from '../view/colour.ts';
import { observationText, stepCard } from '../view/steps.ts';
import { widthOf, wrap } from '../view/wrap.ts';
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
  const lines = [
    rule(`${place} · ${lessons(step.name).chapter} · ${minutes(toCome.length)} to go`),
    stepCard(step, list.indexOf(step)),
  ];
  return lines.join('\n');
}

/** What one step has changed, in a table; what can't be seen from outside is as the step itself found it. */
export function doneText(box: Box, { step, changes, observed }: Done): string {
  const mark = `${paint('green', '✔')} ${step.name}`;
  if (changes.length > 0) return `${mark}: changed in the kernel\n${changesText(changes, namesOf(box))}`;
  const seen = observationText(observed);
  return seen ? `${mark}: as it is inside now\n${seen}` : `${mark}: nothing of it can be seen from outside`;
}

/** How to see it with another program, while the process is as it is now. */
export function lookText(box: Box, step: Step, lessons: Lessons): string | undefined {
  const { look } = lessons(step.name);
  if (!look || box.process.exit) return undefined;
  const root = box.newRoot === undefined || box.newRoot === '/' ? '' : box.newRoot;
  const command = look.replaceAll('PID', String(box.process.pid)).replaceAll('ROOT', root);
  return `  ${paint('dim', 'see it from another terminal:')} ${process.env.SUDO_USER ? command : command.replaceAll('sudo ', '')}`;
}

/** What there is before the first step, and what it is to become. */
export const openingText = ({ box, list }: Session): string =>
  wrap(
    `${paint('bold', 'A container, built by hand.')} There is a blank process, pid ${box.process.pid}: it runs no program, it waits for system calls. ${list.length} steps make it a container with a program in it (${minutes(list.length)} to read). Each one is shown before it is made.`,
  );

/** The guided session's first words. */
export const welcomeText = (session: Session): string =>
  `${openingText(session)}\n${wrap(
    `${paint('bold', 'Enter')} does the next step; or type its code yourself. .back goes back, .diff shows again what changed, .help lists the rest.`,
  )}`;

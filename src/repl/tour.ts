/** The guided session, played by itself: every step is shown, made, and what it changed is shown, until the program has ended. */
import { paint } from '../view/colour.ts';
import { widthOf } from '../view/wrap.ts';
import { doneText, nextText, openingText } from './guide.ts';
import type { Lessons } from './lesson.ts';
import type { Session } from './session.ts';

/** What the tour's program says from inside: who and where it is, and that it is alone. */
export const tourProgram: readonly string[] = [
  'sh',
  '-c',
  // It waits until it is told to go: first it is shown what has become of the process.
  'read go; echo "I am process $$, my host is called $(uname -n)"; echo "all processes that I see:" /proc/[0-9]*; echo "my links: $(ls /sys/class/net)"',
];

/** @param go lets the program begin: it reads a line first. @returns the program's exit status, 128 + n when signal n ended it. */
export async function playTour(
  session: Session,
  lessons: Lessons,
  print: (text: string) => void,
  go: () => void,
): Promise<number> {
  print(openingText(session));
  const line = paint('dim', '─'.repeat(widthOf()));
  for (let step = session.next; step; step = session.next) {
    print(`\n${nextText(session, step, lessons)}`);
    await session.advance();
    for (const done of session.takeFresh()) print(doneText(session.box, done));
  }
  print(line);
  go();
  const exit = await session.box.wait();
  print(line);
  const status = exit.code ?? 128 + (exit.signal ?? 0);
  print(`The program has ended, exit status ${status}.`);
  return status;
}

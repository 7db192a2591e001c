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
  'echo "I am process $$, my host is called $(uname -n)"; echo "all processes that I see:" /proc/[0-9]*; echo "my links: $(ls /sys/class/net)"',
];

/** @returns the program's exit status, 128 + n when signal n ended it. */
export async function playTour(session: Session, lessons: Lessons, print: (text: string) => void): Promise<number> {
  print(openingText(session));
  const line = paint('dim', '─'.repeat(widthOf()));
  for (let step = session.next; step; step = session.next) {
    print(`\n${nextText(session, step, lessons)}`);
    const isLast = step === session.list.at(-1);
    if (isLast) print(line);
    await session.advance();
    // The program writes to the same place: it is let finish first.
    if (isLast) await session.box.wait();
    if (isLast) print(line);
    for (const done of session.takeFresh()) print(doneText(session.box, done));
  }
  const exit = await session.box.wait();
  const status = exit.code ?? 128 + (exit.signal ?? 0);
  print(`The program has ended, exit status ${status}.`);
  return status;
}

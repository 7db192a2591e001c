/** Leaving by a signal leaves nothing behind either – see signal(7). */
import { constants } from 'node:os';
import { goneText } from './commands.ts';
import type { Session } from './session.ts';

/** 128 + n is what shells say of a program that signal n ended. */
export function leaveBySignals(session: Session): void {
  // A terminal that has gone away can't be written to.
  process.stdout.on('error', () => undefined);
  let leaving = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, async () => {
      if (leaving) return;
      leaving = true;
      try {
        process.stdout.write(`\n${goneText(await session.end())}\n`);
      } finally {
        process.exit(128 + constants.signals[signal]);
      }
    });
  }
}

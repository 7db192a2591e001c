/** Leaving by a signal leaves nothing behind either – see signal(7). */
import { constants } from 'node:os';
import { goneText } from './commands.ts';
import type { Session } from './session.ts';

let onInterrupt: (() => void) | undefined;

/** Until `ended`, Ctrl-C does something else than to end the session. */
export async function interruptedBy<T>(ended: Promise<T>, action: () => void): Promise<T> {
  onInterrupt = action;
  listenAgain();
  try {
    return await ended;
  } finally {
    onInterrupt = undefined;
  }
}

let interrupted: (() => void) | undefined;

/** Node takes SIGINT for itself while it evaluates a line (breakEvalOnSigint), and then leaves it at the default: to die of it. */
export function listenAgain(): void {
  if (!interrupted) return;
  process.off('SIGINT', interrupted);
  process.on('SIGINT', interrupted);
}

/** 128 + n is what shells say of a program that signal n ended. */
export function leaveBySignals(session: Session): void {
  // A terminal that has gone away can't be written to.
  process.stdout.on('error', () => undefined);
  let leaving = false;
  const leave = async (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): Promise<void> => {
    if (leaving) return;
    leaving = true;
    try {
      process.stdout.write(`\n${goneText(await session.end())}\n`);
    } finally {
      process.exit(128 + constants.signals[signal]);
    }
  };
  interrupted = () => void (onInterrupt ? onInterrupt() : leave('SIGINT'));
  process.on('SIGINT', interrupted);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => leave(signal));
}

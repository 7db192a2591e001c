/** The last step has made a program of the process: it gets the terminal, and the prompt waits until it has ended. */
import type { Exit } from '../kernel/exits.ts';
import type { Box } from '../steps/box.ts';
import { paint } from '../view/colour.ts';
import { interruptedBy } from './signals.ts';
import { handOver } from './terminal.ts';

/** Whoever reads the keyboard otherwise. */
export interface Reader {
  pause(): unknown;
  resume(): unknown;
}

/** A program without a terminal of its own writes where we do. Ctrl-C ends it (process 1 of a namespace hears nothing but SIGKILL, unless it wants to). */
export async function letRun(box: Box, reader: Reader | undefined): Promise<void> {
  if (!reader) return void (await box.wait());
  reader.pause();
  process.stdin.setRawMode(false);
  await interruptedBy(box.wait(), () => box.process.kill());
  process.stdin.setRawMode(true);
  reader.resume();
}

/** Hands our terminal over where the container has one, and waits for the program's end. */
export async function accompany(box: Box, reader: Reader | undefined): Promise<Exit> {
  const master = box.terminal;
  if (master !== undefined && reader) {
    const text =
      "The terminal is the container's now, its program is process 1 there.\nType exit (or Ctrl-D) to come back.\n";
    process.stdout.write(paint('dim', text));
    reader.pause();
    box.terminal = undefined;
    await handOver(master, box.wait());
    reader.resume();
  }
  return await box.wait();
}

export const endText = ({ code, signal }: Exit): string =>
  signal === null ? `The program has ended, exit status ${code}.` : `The program was ended by signal ${signal}.`;

/** A container in this very process: the steps are made here, the program's end is ours. */
import type { Foreground } from '../container/engine.ts';
import type { RunOptions } from '../container/options.ts';
import { exitCodeOf, startForeground } from '../container/run.ts';
import { UsageError } from '../kernel/errors.ts';
import type { Box } from '../steps/box.ts';
import type { Step } from '../steps/step.ts';
import type { Given } from './definition.ts';
import { proxySignals } from './signals.ts';

/** Somebody wants the command to end while there is no program yet to be told. */
class Interrupted extends UsageError {
  constructor(signal: number) {
    super(`ended by signal ${signal} before the program began`, { exitCode: 128 + signal });
  }
}

const SIGINT = 2;
/** Signals that end nothing: SIGCONT, SIGWINCH. */
const harmless = [18, 28];

export async function runHere(given: Given, options: RunOptions, tellId: (id: string) => void): Promise<number> {
  const { flags } = given;
  let foreground: Foreground | undefined;
  let interrupted: number | undefined;
  const send = (signal: number): void => {
    if (foreground) foreground.box.process.kill(signal);
    else if (!harmless.includes(signal)) interrupted = signal;
  };
  const before = flags.on('step') ? (await import('./step-by-step.ts')).stepByStep() : undefined;
  const walk = async (box: Box, steps: readonly Step[]): Promise<void> => {
    // The program's step comes by itself, after the others.
    const total = box.done.length + steps.length + (steps.at(-1)?.name === 'program' ? 0 : 1);
    for (const step of steps) {
      if (interrupted !== undefined) throw new Interrupted(interrupted);
      if ((await before?.(box, step, total)) === 'abort') throw new Interrupted(SIGINT);
      await box.apply(step);
    }
  };
  const proxied = flags.text('sig-proxy') !== 'false';
  const stopProxy = proxied ? proxySignals(send, () => foreground?.box.process.kill()) : () => {};
  try {
    foreground = await startForeground(options, { walk });
    tellId(foreground.container.id);
    return await untilItsEnd(foreground, flags.on('interactive'));
  } finally {
    stopProxy();
  }
}

async function untilItsEnd({ box, ended }: Foreground, input: boolean): Promise<number> {
  if (box.terminal === undefined) return exitCodeOf(await ended());
  const { joinTerminal } = await import('../view/terminal.ts');
  // It cannot be let go of: it ends with this process.
  const session = joinTerminal(box.terminal, { input, detachKeys: false });
  await box.wait();
  // What it wrote last is still on its way: the other side closes when all has been read.
  await Promise.race([session.ended, new Promise((go) => setTimeout(go, 1000).unref())]);
  session.close();
  return exitCodeOf(await ended());
}

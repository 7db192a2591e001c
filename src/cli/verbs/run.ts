/** run: a container from its first step to its end, in this process. */
import { makeBox } from '../../container/make.ts';
import { exitCodeOf } from '../../container/run.ts';
import { formatTrace, onTrace } from '../../kernel/trace.ts';
import type { Box, Stdio } from '../../steps/box.ts';
import { printable } from '../../view/printable.ts';
import type { Given, Verb } from '../definition.ts';
import { runOptions } from '../run-options.ts';
import { say, tell } from '../say.ts';
import { proxySignals } from '../signals.ts';

/** Signals that came while there was nobody to hand them to end the command itself. */
class Interrupted extends Error {
  readonly signal: number;
  constructor(signal: number) {
    super(`ended by signal ${signal}`);
    this.signal = signal;
  }
}

const run: Verb = async (given) => {
  const { flags } = given;
  if (flags.on('dry-run') || flags.on('print-config')) return await look(given);
  const endTrace = flags.on('trace') ? onTrace((it) => it.plumbing || tell(printable(formatTrace(it)))) : undefined;
  try {
    return await runInForeground(given);
  } finally {
    endTrace?.();
  }
};
export default run;

async function look({ flags, args, command }: Given): Promise<number> {
  const { plan } = await import('../plan.ts');
  const { config, steps } = plan(runOptions({ flags, args, command }));
  if (flags.on('print-config')) say(JSON.stringify(config, null, 2));
  if (flags.on('dry-run')) {
    const { formatSteps } = await import('../dry-run.ts');
    say(formatSteps(steps));
  }
  return 0;
}

async function runInForeground(given: Given): Promise<number> {
  const options = runOptions(given);
  const stdio: Stdio = [options.interactive ? 0 : null, 1, 2];
  const made = makeBox(options, { stdio });
  let started = false;
  let interrupted: number | undefined;
  const stopProxy = proxySignals(
    (signal) => {
      if (started) made.box.process.kill(signal);
      else if (![18, 28].includes(signal)) interrupted = signal;
    },
    () => made.box.process.kill(),
  );
  try {
    const beforeStep = given.flags.on('step') ? (await import('../step-by-step.ts')).stepByStep(made.steps) : undefined;
    for (const step of made.steps) {
      if (interrupted !== undefined) throw new Interrupted(interrupted);
      if ((await beforeStep?.(made.box, step)) === 'abort') return 130;
      await made.box.apply(step);
    }
    started = true;
    return await untilItsEnd(made.box, given);
  } catch (error) {
    if (error instanceof Interrupted) return 128 + error.signal;
    throw error;
  } finally {
    stopProxy();
    await made.remove();
  }
}

async function untilItsEnd(box: Box, { flags }: Given): Promise<number> {
  if (box.terminal === undefined) return exitCodeOf(await box.wait());
  const { joinTerminal } = await import('../../view/terminal.ts');
  const session = joinTerminal(box.terminal, { input: flags.on('interactive') });
  const exit = await box.wait();
  // What it wrote last is still on its way: the other side closes when all has been read.
  await Promise.race([session.ended, new Promise((go) => setTimeout(go, 1000).unref())]);
  session.close();
  return exitCodeOf(exit);
}

/** run: a container from its first step to its end. In this process; with -d, and on a person's terminal (of which one can let go), by the supervisor. */
import * as tty from 'node:tty';
import * as engine from '../../container/engine.ts';
import type { RunOptions } from '../../container/options.ts';
import { isRootless } from '../../container/rootless.ts';
import { UsageError } from '../../kernel/errors.ts';
import { formatTrace, onTrace } from '../../kernel/trace.ts';
import { printable } from '../../view/printable.ts';
import { writeCidFile } from '../cid-file.ts';
import type { Given, Verb } from '../definition.ts';
import { tellRootlessLimits } from '../rootless-notice.ts';
import { runOptions } from '../run-options.ts';
import { say, tell } from '../say.ts';

export const run: Verb = async (given) => {
  const { flags } = given;
  if (flags.on('rootless') && !isRootless())
    throw new UsageError('--rootless is for ordinary users, and you are root', {
      remedy: 'leave it out, or be another',
    });
  const options = runOptions(given);
  if (flags.on('dry-run') || flags.on('print-config')) return await look(given, options);
  tellRootlessLimits();
  const endTrace = flags.on('trace') ? onTrace((it) => it.plumbing || tell(printable(formatTrace(it)))) : undefined;
  const release = writeCidFile(flags.text('cidfile'));
  try {
    return await way(given)(given, options, release);
  } finally {
    release();
    endTrace?.();
  }
};

type Way = (given: Given, options: RunOptions, tellId: (id: string) => void) => Promise<number>;

function way({ flags }: Given): Way {
  if (flags.on('detach')) return inBackground;
  const looking = flags.on('trace') || flags.on('step') || flags.on('rootless');
  // The supervisor keeps what a terminal shows, for `logs`: that is of use where the container stays.
  const supervised = flags.on('tty') && (flags.on('interactive') ? tty.isatty(0) : !flags.on('rm'));
  return supervised && !looking ? onTerminal : inForeground;
}

async function look({ flags }: Given, options: RunOptions): Promise<number> {
  const { plan } = await import('../plan.ts');
  const { config, steps } = plan(options);
  if (flags.on('print-config')) say(JSON.stringify(config, null, 2));
  if (flags.on('dry-run')) say((await import('../dry-run.ts')).formatSteps(steps));
  return 0;
}

const inBackground: Way = async (_, options, tellId) => {
  const id = await engine.runDetached(options);
  tellId(id);
  say(id);
  return 0;
};

const onTerminal: Way = async (given, options, tellId) => {
  const id = await engine.create(options);
  tellId(id);
  const { startAttached } = await import('./start.ts');
  try {
    return await startAttached(id, given);
  } catch (error) {
    if (options.rm) await engine.remove(id, { force: true }).catch(() => undefined);
    throw error;
  }
};

const inForeground: Way = async (given, options, tellId) => {
  const { runHere } = await import('../run-here.ts');
  return await runHere(given, options, tellId);
};

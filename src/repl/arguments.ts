/** The command line of minidocker-repl. */
import { parseArgs } from 'node:util';
import { layout } from '../cgroup/layout.ts';
import type { RunOptions } from '../container/options.ts';
import { isRootless } from '../container/rootless.ts';
import { UsageError } from '../kernel/errors.ts';

export const help = `minidocker-repl: build a container by hand, step by step

  minidocker-repl [--guide | --tour] [--image IMAGE] [--hostname NAME] [-- COMMAND…]

  --guide           begin with the guided session: every step explained, shown, made
  --tour            play the guided session by itself, and exit with its program's status
  --image IMAGE     host (this system, read-only), busybox, or the directory of a root file system
  --hostname NAME   the container's host name (lab)
  COMMAND           what the container becomes in the end (a shell)

Without a terminal, lines are read from standard input; the first that fails ends it with status 1.`;

export interface Asked {
  guide: boolean;
  tour: boolean;
  box: RunOptions;
}

/** A share of the machine for the lesson on limits, where this machine can limit it. */
function usualLimits(): Partial<RunOptions> {
  if (isRootless()) return {};
  const { controllers } = layout();
  return {
    ...(controllers.has('memory') ? { memory: '256m' } : {}),
    ...(controllers.has('cpu') ? { cpus: 1 } : {}),
    ...(controllers.has('pids') ? { pidsLimit: 100 } : {}),
  };
}

/** @throws UsageError for a broken command line. */
export function parse(argv: string[]): Asked | 'help' {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        guide: { type: 'boolean', default: false },
        tour: { type: 'boolean', default: false },
        image: { type: 'string', default: 'host' },
        hostname: { type: 'string', default: 'lab' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return 'help';
    const { guide, tour, image, hostname } = values;
    const box: RunOptions = { image, hostname, ...usualLimits() };
    if (positionals.length > 0) box.command = positionals;
    return { guide, tour, box };
  } catch (error) {
    throw new UsageError((error as Error).message.split('\n')[0]!.replace(/\. .*$/, ''), {
      remedy: 'see minidocker-repl --help',
      exitCode: 2,
    });
  }
}

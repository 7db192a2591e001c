/** minidocker-repl: the prompt, the guided session, the tour. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { layout } from '../cgroup/layout.ts';
import type { RunOptions } from '../container/options.ts';
import { stateRoot } from '../container/paths.ts';
import { sweep } from '../container/sweep.ts';
import { UsageError } from '../kernel/errors.ts';
import { errorText } from '../view/errors.ts';
import { banner } from './banner.ts';
import { goneText } from './commands.ts';
import { nextText, welcomeText } from './guide.ts';
import { openHistory } from './history.ts';
import type { Lessons } from './lesson.ts';
import { runScript } from './script.ts';
import { Session } from './session.ts';
import { Shell } from './shell.ts';
import { leaveBySignals } from './signals.ts';
import { sizeNow } from './terminal.ts';
import { playTour, tourProgram } from './tour.ts';

const help = `minidocker-repl: build a container by hand, step by step

  minidocker-repl [--guide | --tour] [--image IMAGE] [--hostname NAME] [-- COMMAND…]

  --guide           begin with the guided session: every step explained, shown, made
  --tour            play the guided session by itself, and exit with its program's status
  --image IMAGE     host (this system, read-only), busybox, or the directory of a root file system
  --hostname NAME   the container's host name (lab)
  COMMAND           what the container becomes in the end (a shell)

Without a terminal, lines are read from standard input; the first that fails ends it with status 1.`;

interface Asked {
  guide: boolean;
  tour: boolean;
  box: RunOptions;
}

/** A share of the machine for the lesson on limits, where this machine can limit it. */
function usualLimits(): Partial<RunOptions> {
  const { controllers } = layout();
  return {
    ...(controllers.has('memory') ? { memory: '256m' } : {}),
    ...(controllers.has('cpu') ? { cpus: 1 } : {}),
    ...(controllers.has('pids') ? { pidsLimit: 100 } : {}),
  };
}

/** @throws UsageError for a broken command line. */
function parse(argv: string[]): Asked | 'help' {
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

function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new UsageError('a container is made with system calls that only root may make', {
    remedy: 'run it as sudo minidocker-repl',
    exitCode: 1,
  });
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function tour(asked: Asked, lessons: Lessons): Promise<number> {
  const command = asked.box.command ?? [...tourProgram];
  const session = new Session({ box: { ...asked.box, command }, stdio: [null, 1, 2] });
  leaveBySignals(session);
  try {
    return await playTour(session, lessons, print);
  } finally {
    print(goneText(await session.end()));
  }
}

async function script(asked: Asked, lessons: Lessons): Promise<number> {
  const session = new Session({ box: asked.box, stdio: [null, 1, 2] });
  leaveBySignals(session);
  try {
    await new Promise<void>((resolve, reject) => {
      const shell = new Shell({ session, lessons, interactive: false, guiding: asked.guide, onStray: reject });
      runScript(shell, process.stdin).then(resolve, reject);
    });
    return 0;
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n`);
    return 1;
  } finally {
    print(goneText(await session.end()));
  }
}

async function prompt(asked: Asked, lessons: Lessons): Promise<number> {
  const session = new Session({ box: { ...asked.box, tty: true } });
  session.box.config.process.consoleSize = sizeNow();
  leaveBySignals(session);
  print(banner());
  if (asked.guide) print(`\n${welcomeText(session)}\n\n${nextText(session, session.next!, lessons)}`);
  const shell = new Shell({ session, lessons, interactive: true, guiding: asked.guide });
  await openHistory(shell.server, join(stateRoot(), 'repl_history'));
  shell.showPrompt();
  await new Promise<void>((done) => shell.server.on('exit', done));
  print(goneText(await session.end()));
  return 0;
}

/** @returns the exit status. */
export async function main(argv: string[], lessons: Lessons): Promise<number> {
  try {
    const asked = parse(argv);
    if (asked === 'help') {
      print(help);
      return 0;
    }
    requireRoot();
    sweep();
    if (asked.tour) return await tour(asked, lessons);
    return process.stdin.isTTY && process.stdout.isTTY ? await prompt(asked, lessons) : await script(asked, lessons);
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n`);
    return error instanceof UsageError ? error.exitCode : 1;
  }
}

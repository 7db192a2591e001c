/** minidocker-repl: the prompt, the guided session, the tour. */
import { join } from 'node:path';
import { reconcileIfPossible } from '../container/lifecycle/reconcile.ts';
import { stateRoot } from '../container/paths.ts';
import { openPipe } from '../container/pipes.ts';
import { UsageError } from '../kernel/errors.ts';
import { type Asked, help, parse } from './arguments.ts';
import { banner } from './banner.ts';
import { goneText, showNext } from './commands.ts';
import { failureText } from './failure.ts';
import { welcomeText } from './guide.ts';
import { openHistory } from './history.ts';
import type { Lessons } from './lesson.ts';
import { rootlessText } from './rootless.ts';
import { runScript } from './script.ts';
import { Session } from './session.ts';
import { Shell } from './shell.ts';
import { leaveBySignals } from './signals.ts';
import { playTour, tourProgram } from './tour.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function tour(asked: Asked, lessons: Lessons): Promise<number> {
  const command = asked.box.command ?? [...tourProgram];
  const gate = openPipe();
  const session = new Session({ box: { ...asked.box, command }, stdio: [gate.read, 1, 2] });
  leaveBySignals(session);
  try {
    return await playTour(session, lessons, print, () => gate.closeWrite());
  } finally {
    print(goneText(await session.end()));
    gate.closeRead();
    gate.closeWrite();
  }
}

async function script(asked: Asked, lessons: Lessons): Promise<number> {
  const session = new Session({ box: asked.box });
  leaveBySignals(session);
  try {
    await new Promise<void>((resolve, reject) => {
      const shell = new Shell({ session, lessons, interactive: false, guiding: asked.guide, onStray: reject });
      runScript(shell, process.stdin).then(resolve, reject);
    });
    return 0;
  } catch (error) {
    process.stderr.write(`${failureText(error)}\n`);
    return 1;
  } finally {
    print(goneText(await session.end()));
  }
}

async function prompt(asked: Asked, lessons: Lessons): Promise<number> {
  const session = new Session({ box: { ...asked.box, tty: true } });
  leaveBySignals(session);
  print(banner());
  const shell = new Shell({ session, lessons, interactive: true, guiding: asked.guide });
  await openHistory(shell.server, join(stateRoot(), 'repl_history'));
  if (asked.guide) {
    print(`\n${welcomeText(session)}`);
    showNext(shell.prompt);
  }
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
    const different = rootlessText();
    if (different) print(different);
    await reconcileIfPossible();
    if (asked.tour) return await tour(asked, lessons);
    return process.stdin.isTTY && process.stdout.isTTY ? await prompt(asked, lessons) : await script(asked, lessons);
  } catch (error) {
    process.stderr.write(`${failureText(error)}\n`);
    return error instanceof UsageError ? error.exitCode : 1;
  }
}

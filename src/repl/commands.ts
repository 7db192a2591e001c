/** The commands that begin with a dot: each one's help and what it does. They print to the prompt's output, and fail with UsageError. */
import { UsageError } from '../kernel/errors.ts';
import { asPlumbing, formatTrace, onTrace } from '../kernel/trace.ts';
import { mapOf } from '../observe/map.ts';
import { languageNames } from '../translate/index.ts';
import { paint } from '../view/colour.ts';
import { doctorText } from '../view/doctor.ts';
import { mapText } from '../view/map.ts';
import { observationText, stepCard, stepTable } from '../view/steps.ts';
import { wrap } from '../view/wrap.ts';
import { doneText, lookText, nextText, welcomeText } from './guide.ts';
import type { Lessons } from './lesson.ts';
import type { Session } from './session.ts';

export interface Command {
  help: string;
  action(argument: string): void | Promise<void>;
}

/** What the prompt remembers beside the session. */
export interface Prompt {
  session: Session;
  lessons: Lessons;
  guiding: boolean;
  print(text: string): void;
  /** Where one was when the next step was shown last: it is shown again only when that has changed. */
  shownAt: string;
  /** Ends the listening to system calls, where it goes on. */
  stopTrace: (() => void) | undefined;
}

function count(argument: string, what: string): number {
  if (argument === '') return 1;
  if (/^[1-9]\d{0,3}$/.test(argument)) return Number(argument);
  throw new UsageError(`${JSON.stringify(argument)} is no number of ${what}`, { remedy: 'write one from 1 on' });
}

/** What comes next, where the guided session is on. */
export function showNext(prompt: Prompt): void {
  const { session, lessons } = prompt;
  const { next, box } = session;
  const at = `${box.process.pid} ${box.done.length}`;
  if (!prompt.guiding || prompt.shownAt === at) return;
  prompt.shownAt = at;
  if (next) prompt.print(`\n${nextText(session, next, lessons)}`);
  else if (box.process.exit)
    prompt.print(
      wrap(
        `The container has ended. ${paint('bold', '.back')} builds it again up to the step before, ${paint('bold', '.clean')} begins anew.`,
      ),
    );
}

/** Tells of the steps that were done since it was called last, however they were asked for. @returns whether there were any. */
export function showDone(prompt: Prompt): boolean {
  const { session, lessons, guiding } = prompt;
  const fresh = session.takeFresh();
  for (const done of fresh) {
    if (!guiding) prompt.print(`${paint('green', '✔')} ${done.step.name}: ${done.step.title}`);
    else {
      prompt.print(doneText(session.box, done));
      const look = lookText(session.box, done.step, lessons);
      if (look) prompt.print(look);
    }
  }
  return fresh.length > 0;
}

function trace(prompt: Prompt, argument: string): void {
  if (!['on', 'off', 'all', ''].includes(argument))
    throw new UsageError(`.trace ${argument} is not possible`, { remedy: 'write .trace on, .trace all or .trace off' });
  if (argument !== '') {
    prompt.stopTrace?.();
    prompt.stopTrace = undefined;
    if (argument !== 'off')
      prompt.stopTrace = onTrace((event) => {
        if (!event.plumbing || argument === 'all') prompt.print(paint('dim', formatTrace(event)));
      });
  }
  prompt.print(`The trace is ${prompt.stopTrace ? 'on: every system call is shown as it is made' : 'off'}.`);
}

function explain(prompt: Prompt, argument: string): void {
  const { session } = prompt;
  const step = argument ? session.find(argument) : (session.next ?? session.list.at(-1)!);
  prompt.print(`${paint('bold', step.name)}: ${stepCard(step, session.list.indexOf(step))}`);
  const done = session.box.has(step.name) && !session.box.process.execed;
  if (done)
    prompt.print(`  ${paint('dim', 'as it is now')}\n${asPlumbing(() => observationText(step.observe(session.box)))}`);
  else prompt.print(paint('dim', `  ${session.box.has(step.name) ? 'done' : 'not done yet'}`));
}

function diff(prompt: Prompt, argument: string): void {
  const { history, box, list } = prompt.session;
  const name = argument ? prompt.session.find(argument).name : history.at(-1)?.step.name;
  const found = history.find((it) => it.step.name === name);
  if (!found)
    throw new UsageError(name ? `the step ${name} is not done yet` : 'no step is done yet', {
      remedy: `do it first: .next (${list.length} steps in all)`,
    });
  prompt.print(doneText(box, found));
}

function stepList(prompt: Prompt): void {
  const { list, box } = prompt.session;
  const done = new Set(box.done.map((it) => it.name));
  const beside = box.done.filter((it) => !list.some((one) => one.name === it.name));
  prompt.print(stepTable(list, done));
  if (beside.length > 0) prompt.print(`Done beside the list: ${beside.map((it) => it.name).join(', ')}`);
}

/** What was removed, a line each. */
export const goneText = (gone: readonly string[]): string =>
  ['Removed:', ...gone.map((it) => `  ${paint('dim', '–')} ${it}`)].join('\n');

export function commandsOf(prompt: Prompt): Record<string, Command> {
  const { session } = prompt;
  return {
    guide: {
      help: 'The guided session: what comes next and why; Enter does it. (.guide off ends it)',
      action(argument) {
        prompt.guiding = argument !== 'off';
        prompt.shownAt = '';
        if (prompt.guiding) prompt.print(welcomeText(session));
      },
    },
    steps: { help: 'The list of steps: done, next, to come', action: () => stepList(prompt) },
    next: { help: 'Does the next step of the list', action: () => session.advance() },
    back: {
      help: 'Goes back by one step, or .back N: the earlier ones are done again in a new process',
      async action(argument) {
        await session.back(count(argument, 'steps'));
        const last = session.history.at(-1)?.step.name;
        const { pid } = session.box.process;
        const done = last ? `every step up to ${last} is done again in it` : 'no step is done';
        prompt.print(`${paint('green', '✔')} back: a new blank process, pid ${pid}; ${done}`);
      },
    },
    diff: {
      help: 'What the last step changed in the kernel; .diff STEP for another one',
      action: (it) => diff(prompt, it),
    },
    explain: {
      help: 'The next step, or .explain STEP (name or number): why, how, which calls',
      action: (it) => explain(prompt, it),
    },
    trace: { help: 'Shows every system call as it is made: .trace on | all | off', action: (it) => trace(prompt, it) },
    as: {
      help: `The steps so far in another language: .as ${languageNames.join(' | ')}`,
      action: (it) => prompt.print(session.as(it)),
    },
    map: {
      help: 'The processes, with their pids outside and inside, and the namespaces',
      action: () => prompt.print(mapText(mapOf(session.box))),
    },
    doctor: {
      help: 'What this machine can do for containers, found by trying',
      async action() {
        const { doctor } = await import('../observe/doctor.ts');
        prompt.print(doctorText(await doctor()));
      },
    },
    clean: {
      help: 'Removes everything that was made, and begins anew',
      async action() {
        prompt.print(goneText(await session.renew()));
        prompt.print(`There is a new blank process, pid ${session.box.process.pid}.`);
      },
    },
  };
}

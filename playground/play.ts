/** `npm run play`: lists the exercises, shows one, checks it, gives hints, resets it, and shows the solution to whoever has passed. */
import * as fs from 'node:fs';
import { relative } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { SyscallError, UsageError } from 'minidocker';
import { attempt, type Look, type Outcome } from './check.ts';
import { type Exercise, exerciseFile, exercises, reset, taskOf } from './exercises.ts';
import { forget, hasPassed, hintsShown, noteHint, notePassed, progressFile } from './progress.ts';

const coloured = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
  coloured ? styleText(style, text) : text;
const good = (text: string): string => paint('green', text);
const bad = (text: string): string => paint('red', text);
const faint = (text: string): string => paint('dim', text);

const usage = `usage: npm run play [COMMAND] [NN]
  list          what there is, and what you have passed (where no command is given)
  show NN       the task
  check NN      runs your exercise.ts and looks at the kernel
  watch NN      checks again whenever you save; Enter checks by hand, h gives a hint, q ends
  hint NN       one more hint
  solution NN   the solution, after you have passed
  reset NN      puts exercise.ts back as it was (asks first; -- --yes does not)`;

function list(): void {
  const all = exercises();
  for (const it of all)
    console.log(`  ${hasPassed(it.name) ? good('✓') : faint('·')} ${it.name.padEnd(22)} ${it.title}`);
  const next = all.find((it) => !hasPassed(it.name));
  const count = all.filter((it) => hasPassed(it.name)).length;
  console.log(`\n${count} of ${all.length} passed ${faint(`(noted in ${progressFile()})`)}`);
  if (next) console.log(`next: npm run play show ${next.name.slice(0, 2)}`);
}

function find(number: string | undefined): Exercise {
  const all = exercises();
  const found = number && all.find((it) => it.name === number || it.name.slice(0, 2) === number.padStart(2, '0'));
  if (found) return found;
  const known = all.map((it) => it.name.slice(0, 2)).join(', ');
  throw new UsageError(number ? `there is no exercise ${number}` : 'which exercise?', { remedy: `there are ${known}` });
}

const shortPath = (it: Exercise): string => relative(process.cwd(), exerciseFile(it));

function show(it: Exercise): void {
  console.log(taskOf(it));
  console.log(`\nedit ${shortPath(it)}, then: npm run play check ${it.name.slice(0, 2)}`);
}

function printLook(it: Look): void {
  console.log(`${it.ok ? good('✓') : bad('✗')} ${it.title}`);
  console.log(faint(`    looked with  ${it.with}`));
  console.log(faint(`    wanted       ${it.wanted}`));
  console.log(`${faint('    found       ')} ${it.found.replaceAll('\n', ' ')}`);
}

function printOutcome(it: Exercise, { passed, looks, error }: Outcome): void {
  for (const look of looks) printLook(look);
  if (error) {
    const expected = error instanceof SyscallError || error instanceof UsageError;
    console.log(bad(`✗ your exercise stopped: ${expected ? error.message : error.stack}`));
    if (error instanceof SyscallError) for (const cause of error.causes) console.log(`    perhaps: ${cause}`);
  }
  const number = it.name.slice(0, 2);
  if (passed) console.log(good(`\n${it.name}: passed.`), `Compare: npm run play solution ${number}`);
  else console.log(`\n${it.name}: not yet. Edit ${shortPath(it)}; for a hint: npm run play hint ${number}`);
}

async function check(it: Exercise): Promise<boolean> {
  if (process.getuid?.() !== 0) {
    throw new UsageError('the exercises make namespaces and mounts, which needs root', {
      remedy: `sudo npm run play check ${it.name.slice(0, 2)}`,
    });
  }
  const outcome = await attempt(it.directory, 'exercise');
  printOutcome(it, outcome);
  if (outcome.passed) notePassed(it.name);
  return outcome.passed;
}

function hint(it: Exercise): void {
  const shown = hintsShown(it.name);
  for (const [i, text] of it.hints.slice(0, shown + 1).entries()) console.log(`${i + 1}. ${text}`);
  if (shown >= it.hints.length) console.log('(that is all of them)');
  else noteHint(it.name);
}

function solution(it: Exercise): void {
  if (!hasPassed(it.name)) {
    throw new UsageError(`the solution of ${it.name} is shown when you have passed`, {
      remedy: `for a hint: npm run play hint ${it.name.slice(0, 2)}`,
    });
  }
  console.log(fs.readFileSync(`${it.directory}/solution.ts`, 'utf8').trimEnd());
}

async function resetAsked(it: Exercise, yes: boolean): Promise<void> {
  if (!yes) {
    if (!process.stdin.isTTY)
      throw new UsageError('reset asks first, and there is no terminal', { remedy: 'add --yes' });
    const reader = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await reader.question(`put ${shortPath(it)} back as it was? What you wrote there is lost. [y/N] `);
    reader.close();
    if (!/^y(es)?$/i.test(answer.trim())) return console.log('nothing was changed');
  }
  reset(it);
  forget(it.name);
  console.log(`${shortPath(it)} is as it was`);
}

/** Looks at the file twice a second (which works on every file system), and listens to the keyboard. */
async function watch(it: Exercise): Promise<void> {
  const again = async (): Promise<void> => {
    if (process.stdout.isTTY) console.clear();
    await check(it);
    console.log(faint('\nchecks when you save · Enter: check now · h: hint · q: quit'));
  };
  let last = Promise.resolve();
  const inTurn = (action: () => void | Promise<void>): void => {
    last = last.then(action).catch((error) => console.log(bad(error.message)));
  };
  fs.watchFile(exerciseFile(it), { interval: 500 }, () => inTurn(again));
  inTurn(again);
  const { stdin } = process;
  if (stdin.isTTY) stdin.setRawMode(true);
  for await (const keys of stdin) {
    const key = String(keys)[0];
    if (key === 'q' || key === '\u0003' || key === '\u0004') break;
    inTurn(key === 'h' ? () => hint(it) : again);
  }
  await last;
  if (stdin.isTTY) stdin.setRawMode(false);
  fs.unwatchFile(exerciseFile(it));
}

async function main([command = 'list', number, ...rest]: string[]): Promise<number> {
  if (command === 'list') list();
  else if (command === 'show') show(find(number));
  else if (command === 'check') return (await check(find(number))) ? 0 : 1;
  else if (command === 'watch') await watch(find(number));
  else if (command === 'hint') hint(find(number));
  else if (command === 'solution') solution(find(number));
  else if (command === 'reset') await resetAsked(find(number), rest.includes('--yes'));
  else if (command === 'help' || command === '--help' || command === '-h') console.log(usage);
  else
    throw new UsageError(`play has no command ${JSON.stringify(command)}`, { remedy: 'npm run play help shows them' });
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof SyscallError)) throw error;
  console.error(`play: ${error.message}`);
  process.exitCode = 1;
}
process.stdin.unref?.();

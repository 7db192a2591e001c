/** What has been passed, and how many hints were shown: a plain text file outside of the repository, a line each – `passed 01-hostname`, `hint 02-pid-one`. */
import * as fs from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** MINIDOCKER_PROGRESS, else minidocker/playground under $XDG_STATE_HOME. */
export const progressFile = (): string =>
  process.env.MINIDOCKER_PROGRESS ??
  join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local/state'), 'minidocker/playground');

const lines = (): string[] => {
  try {
    return fs.readFileSync(progressFile(), 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
};

function note(line: string): void {
  fs.mkdirSync(dirname(progressFile()), { recursive: true });
  fs.appendFileSync(progressFile(), `${line}\n`);
}

export const hasPassed = (name: string): boolean => lines().includes(`passed ${name}`);

export const notePassed = (name: string): void => {
  if (!hasPassed(name)) note(`passed ${name}`);
};

export const hintsShown = (name: string): number => lines().filter((line) => line === `hint ${name}`).length;

export const noteHint = (name: string): void => note(`hint ${name}`);

/** Forgets an exercise. */
export function forget(name: string): void {
  const rest = lines().filter((line) => line.split(' ')[1] !== name);
  if (fs.existsSync(progressFile())) fs.writeFileSync(progressFile(), rest.map((line) => `${line}\n`).join(''));
}

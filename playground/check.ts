/** How an exercise is checked: by what the kernel says about its process, through a program that is not ours. Every look is shown, with what was wanted and what was found. */
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { type Box, type Made, makeBox, type RunOptions } from 'minidocker';

/** What an exercise.ts and a solution.ts export. */
export type Answer = (...boxes: Box[]) => void | Promise<void>;

/** What a check.ts exports. */
export interface Check {
  /** What the boxes are made of; the image `host` where nothing is said. */
  options?: RunOptions;
  /** How many boxes the exercise is about; one where nothing is said. */
  boxes?: number;
  /** Brings them to where the exercise begins. */
  prepare?(...boxes: Box[]): void | Promise<void>;
  /** Looks at what the answer has made of the boxes. */
  look(report: Report, ...boxes: Box[]): void | Promise<void>;
}

/** One look at the kernel's state. */
export interface Look {
  title: string;
  /** The command that anybody can type to see the same. */
  with: string;
  wanted: string;
  found: string;
  ok: boolean;
}

/** Asks another program. What it refuses is an answer too. */
export function ask(command: string, ...args: string[]): { with: string; found: string } {
  const line = [command, ...args].join(' ');
  try {
    const found = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    return { with: line, found: found.trim() };
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return { with: line, found: (stderr || message).trim().split('\n')[0] ?? '' };
  }
}

/** Collects what was looked at. */
export class Report {
  readonly looks: Look[] = [];

  /** Wants the very value. */
  is(title: string, wanted: string, asked: { with: string; found: string }): void {
    this.looks.push({ title, wanted, ...asked, ok: asked.found === wanted });
  }

  /** Wants anything but the host's value. */
  differs(title: string, hosts: string, asked: { with: string; found: string }): void {
    const ok = asked.found !== '' && asked.found !== hosts;
    this.looks.push({ title, wanted: `another than the host's, ${hosts}`, ...asked, ok });
  }

  /** Wants what `ok` says. */
  that(title: string, wanted: string, asked: { with: string; found: string }, ok: (found: string) => boolean): void {
    this.looks.push({ title, wanted, ...asked, ok: ok(asked.found) });
  }
}

export interface Outcome {
  passed: boolean;
  looks: Look[];
  /** What the answer threw. */
  error?: Error;
}

/** The number of a process's namespace, told by lsns(8). */
export const lsns = (kind: string, pid: number | string): { with: string; found: string } =>
  ask('lsns', '-n', '-t', kind, '-p', String(pid), '-o', 'NS');

/** Runs an answer on boxes of its own and looks at what it made. Nothing of them stays. */
export async function attempt(directory: string, answer: 'exercise' | 'solution'): Promise<Outcome> {
  const { check } = (await import(fresh(`${directory}/check.ts`))) as { check: Check };
  const { default: solve } = (await import(fresh(`${directory}/${answer}.ts`))) as { default: Answer };
  const report = new Report();
  const made: Made[] = [];
  try {
    for (let i = 0; i < (check.boxes ?? 1); i++)
      made.push(makeBox(check.options ?? { image: 'host', command: ['true'] }));
    const boxes = made.map((it) => it.box);
    await check.prepare?.(...boxes);
    await solve(...boxes);
    await check.look(report, ...boxes);
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { passed: false, looks: report.looks, error };
  } finally {
    for (const { remove } of made) await remove();
  }
  return { passed: report.looks.length > 0 && report.looks.every((it) => it.ok), looks: report.looks };
}

let loads = 0;

/** An address under which Node loads the file as it is now, not as it was. */
const fresh = (path: string): string => `${pathToFileURL(path).href}?${++loads}`;

/** The real command, as a person has it: bin/minidocker.js in a process of its own, also on a terminal (script(1) makes one). */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { until } from '../support.ts';

const bin = fileURLToPath(new URL('../../bin/minidocker.js', import.meta.url));

export interface Ended {
  /** 128 + n for a signal. */
  code: number;
  stdout: string;
  stderr: string;
}

export interface Options {
  /** For standard input, which is closed after it. */
  input?: string | Buffer;
  env?: Record<string, string>;
  cwd?: string;
  /** A command in front of ours: `nsenter --net=…`. */
  through?: readonly string[];
}

/** A command that goes on while the test looks. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  #over = false;

  constructor(line: readonly string[], { input, env, cwd, through = [] }: Options = {}) {
    const [program = '', ...rest] = [...through, ...line];
    this.child = spawn(program, rest, { env: { ...process.env, ...env }, cwd, stdio: 'pipe' });
    this.child.stdout!.setEncoding('utf8').on('data', (text) => {
      this.stdout += text;
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
    this.child.stdin!.on('error', () => {});
    if (input !== undefined) this.child.stdin!.end(input);
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => {
        this.#over = true;
        resolve({ code: code ?? 128 + signalNumber(signal), stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  /** Waits for a text on standard output (or error). */
  async says(text: string | RegExp): Promise<string> {
    const has = (): boolean => (typeof text === 'string' ? this.#all.includes(text) : text.test(this.#all));
    // Once it has ended there is nothing more to wait for.
    await until(() => has() || this.#over, 30, `${text}`);
    if (has()) return this.#all;
    throw new Error(`it ended without saying ${text}; it said ${JSON.stringify(this.#all.slice(-1000))}`);
  }

  get #all(): string {
    return this.stdout + this.stderr;
  }

  type(text: string): void {
    this.child.stdin!.write(text);
  }
}

const signalNumber = (name: NodeJS.Signals | null): number =>
  ({ SIGKILL: 9, SIGTERM: 15, SIGINT: 2, SIGHUP: 1, SIGPIPE: 13 })[name as string] ?? 0;

/** Starts the command. Standard input stays open where nothing is said. */
export const start = (args: readonly string[], options: Options = {}): Running =>
  new Running([process.execPath, bin, ...args], options);

/** Runs the command to its end. Standard input is empty where nothing is said. */
export const command = async (args: readonly string[], options: Options = {}): Promise<Ended> =>
  await start(args, { input: '', ...options }).ended;

/** The same for a line whose arguments have no blanks in them; it has to succeed. @returns what it printed, trimmed. */
export async function say(line: string, ...more: string[]): Promise<string> {
  const { code, stdout, stderr } = await command([...line.split(' ').filter(Boolean), ...more]);
  expect({ line, code, stderr }).toEqual({ line, code: 0, stderr });
  return stdout.trim();
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * A shell command on a terminal of its own. What is typed goes to `type`. script(1) asks $SHELL; bash, unlike dash, goes on after a Ctrl-C that
 * its command has taken.
 */
export const terminal = (line: string, options: Options = {}): Running =>
  new Running(['script', '-qefc', `stty rows 24 cols 80; ${line}`, '/dev/null'], {
    ...options,
    env: { SHELL: '/bin/bash', ...options.env },
  });

/** The command as a shell line. */
export const line = (...args: string[]): string => [process.execPath, bin, ...args].map(quote).join(' ');

/** Control groups below our own parent, in every hierarchy. */
export function cgroupsLeft(): string[] {
  const own = process.env.MINIDOCKER_CGROUP!;
  const below = (directory: string): string[] =>
    existsSync(directory)
      ? readdirSync(directory, { withFileTypes: true }).flatMap((it) =>
          it.isDirectory() ? [join(directory, it.name)] : [],
        )
      : [];
  const hierarchies = ['/sys/fs/cgroup', ...below('/sys/fs/cgroup')];
  return [...new Set(hierarchies.flatMap((it) => below(join(it, own))))];
}

/** Directories of containers in the state root. */
export function directoriesLeft(): string[] {
  const directory = join(process.env.MINIDOCKER_ROOT!, 'containers');
  return existsSync(directory) ? readdirSync(directory) : [];
}

/** Processes with a word in their command line. */
export const processesWith = (word: string): number[] =>
  readdirSync('/proc')
    .filter((it) => /^\d+$/.test(it))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word);
      } catch {
        return false;
      }
    });

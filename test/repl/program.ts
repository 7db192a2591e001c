/** Driving the real program, as a person or a script would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const bin = fileURLToPath(new URL('../../bin/minidocker-repl.js', import.meta.url));

export interface Ended {
  status: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

export const start = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [bin, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });

export function ended(child: ChildProcess): Promise<Ended> {
  const out: string[] = [];
  const err: string[] = [];
  child.stdout!.setEncoding('utf8').on('data', (text) => out.push(text));
  child.stderr!.setEncoding('utf8').on('data', (text) => err.push(text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, stdout: out.join(''), stderr: err.join('') }));
  });
}

/** Gives the program these lines and waits for its end. */
export async function script(lines: readonly string[], ...args: string[]): Promise<Ended> {
  const child = start(...args);
  child.stdin!.on('error', () => undefined).end(lines.map((it) => `${it}\n`).join(''));
  return await ended(child);
}

/** The boxes that are there. */
export function boxes(): string[] {
  const directory = join(process.env.MINIDOCKER_ROOT!, 'containers');
  return existsSync(directory) ? readdirSync(directory) : [];
}

/** The control groups that are there: the one that holds all of ours goes with the last. */
export function groups(): string[] {
  const top = '/sys/fs/cgroup';
  const places = [top, ...readdirSync(top).map((name) => join(top, name))];
  return places.map((place) => join(place, process.env.MINIDOCKER_CGROUP!)).filter((path) => existsSync(path));
}

/** A container's log: lines of JSON as Docker's json-file driver writes them, `{"log","stream","time"}`, in files that are turned over. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { LogLimits } from '../store/record.ts';

export type Stream = 'stdout' | 'stderr';

export const logFile = (directory: string): string => join(directory, 'log.json');

/** The file that was turned over `age` times: log.json, log.json.1, log.json.2 … */
export const turnedOver = (directory: string, age: number): string =>
  age === 0 ? logFile(directory) : `${logFile(directory)}.${age}`;

/** Those that exist, the oldest first. */
export function logFiles(directory: string): string[] {
  const found: string[] = [];
  for (let age = 0; fs.existsSync(turnedOver(directory, age)); age++) found.unshift(turnedOver(directory, age));
  return found;
}

/** Begins a new file: the present one becomes .1, and so on; the oldest goes. */
export function turnOver(directory: string, { maxFiles }: LogLimits): void {
  fs.rmSync(turnedOver(directory, maxFiles - 1), { force: true });
  for (let age = maxFiles - 2; age >= 0; age--) {
    const from = turnedOver(directory, age);
    if (fs.existsSync(from)) fs.renameSync(from, turnedOver(directory, age + 1));
  }
}

/** One line of the log file. */
export const formatEntry = (log: string, stream: Stream, time: string): string =>
  `${JSON.stringify({ log, stream, time })}\n`;

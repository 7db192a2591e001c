/** Who is responsible for a container's directory: named by pid, start time and boot id, so that whoever comes later knows for sure whether that process still lives. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { bootId, isAlive, statOf } from '../kernel/proc.ts';

export interface Owner {
  pid: number;
  startTime: string;
  bootId: string;
}

/** This process. */
export const self = (): Owner => ({
  pid: process.pid,
  startTime: statOf(process.pid)?.startTime ?? '',
  bootId: bootId(),
});

/** Does that very process live, on this very start of the machine? */
export const lives = (owner: Owner): boolean => owner.bootId === bootId() && isAlive(owner.pid, owner.startTime);

const file = (directory: string): string => join(directory, 'owner.json');

export function writeOwner(directory: string, owner: Owner): void {
  fs.writeFileSync(file(directory), `${JSON.stringify(owner)}\n`, { mode: 0o600 });
}

/** Undefined where there is none, or where it can't be read any more. */
export function readOwner(directory: string): Owner | undefined {
  try {
    return JSON.parse(fs.readFileSync(file(directory), 'utf8'));
  } catch {
    return undefined;
  }
}

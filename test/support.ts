/** What tests share: waiting for a condition, running a witness. */
import { execFileSync } from 'node:child_process';
import { mounts } from '../src/observe/probes/mounts.ts';

const slow = Number(process.env.MINIDOCKER_SLOW ?? 1);

/** Waits until `condition` returns something true, and returns it; fails after `seconds` (times MINIDOCKER_SLOW). */
export async function until<T>(
  condition: () => T | Promise<T>,
  seconds = 20,
  what = 'the condition',
): Promise<NonNullable<T>> {
  const end = Date.now() + seconds * 1000 * slow;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${seconds * slow} s in vain for ${what}`);
    await new Promise((go) => setTimeout(go, 20));
  }
}

/** The output of another program, the witness. */
export function witness(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Does the file system of / allow id-mapped mounts, which --userns needs? Says why not. */
export function canIdMap(): boolean {
  const { ok, found } = mounts().find((it) => it.name === 'idmapped mounts')!;
  if (!ok) console.log(`skipped, because there are no id-mapped mounts of / here: ${found}`);
  return ok === true;
}

/** Signals to a container's first process, to it alone and never to another that got its pid – see pidfd_send_signal(2). */
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { host } from '../../kernel/caller.ts';
import { isRefusal } from '../../kernel/errors.ts';
import { lives } from '../owner.ts';
import type { State } from '../store/record.ts';
import { type Container, cgroupOf, readContainer } from '../store/store.ts';
import { openProcess } from '../supervisor/pidfd.ts';
import { withGroup } from './group.ts';

export const SIGKILL = 9;

/** @returns false when it has ended already */
export function sendSignal(state: State, signal: number): boolean {
  const pidfd = state.process && openProcess(state.process);
  if (pidfd === undefined) return false;
  try {
    host.call('pidfd_send_signal', pidfd, signal, null, 0);
    return true;
  } catch (error) {
    if (isRefusal(error, 'ESRCH')) return false;
    throw error;
  } finally {
    fs.closeSync(pidfd);
  }
}

/** Waits until the process of this state has ended. @param milliseconds at most @returns whether it has */
export async function untilEnded({ process: first }: State, milliseconds: number): Promise<boolean> {
  const end = Date.now() + milliseconds;
  for (let wait = 1; first && lives(first); wait = Math.min(wait * 2, 20)) {
    if (Date.now() >= end) return false;
    await sleep(Math.min(wait, Math.max(1, end - Date.now())));
  }
  return true;
}

/** Ends everything in it at once, frozen or not, and waits until its first process is gone. */
export async function killAll(container: Container): Promise<void> {
  const cgroup = safeCgroup(container);
  for (;;) {
    // The first process takes all others of its pid namespace with it.
    sendSignal(container.state, SIGKILL);
    withGroup(cgroup, (group) => {
      if (group.isFrozen()) group.thaw();
      group.kill();
    });
    if (await untilEnded(container.state, 1000)) return;
  }
}

function safeCgroup(container: Container): string | undefined {
  try {
    return cgroupOf(container);
  } catch {
    return undefined;
  }
}

/** Waits until whoever is responsible has written down how it ended (or has removed it). @param milliseconds at most */
export async function untilWritten(
  id: string,
  pid: number | undefined,
  milliseconds: number,
): Promise<State | undefined> {
  const end = Date.now() + milliseconds;
  for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
    const state = readContainer(id)?.state;
    if (!state || state.finishedAt !== undefined || !state.process || state.process.pid !== pid) return state;
    if (Date.now() >= end) return state;
    await sleep(wait);
  }
}

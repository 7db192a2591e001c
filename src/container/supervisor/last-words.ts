/** What is done when a container has ended, though the disk may be full and files may be damaged. */
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { withGroup } from '../lifecycle/group.ts';
import { type Container, cgroupOf, readContainer } from '../store/store.ts';

/** When the state can't be written (a full disk): how long until it is tried again, in milliseconds. */
const TRY_AGAIN = 1000;

/** undefined also when its files can't be understood. */
export function readSafely(id: string): Container | undefined {
  try {
    return readContainer(id);
  } catch {
    return undefined;
  }
}

/** Has the kernel killed one of its processes for want of memory? */
export function wasOomKilled(container: Container): boolean {
  try {
    return withGroup(cgroupOf(container), (group) => group.oomKilled()) ?? false;
  } catch {
    return false;
  }
}

const complain = (id: string, error: Error): void =>
  console.error(`${new Date().toISOString()} ${id.slice(0, 12)}: ${error.stack ?? error.message}`);

/** Does what others may be doing at the same time (a `rm -f`): that it fails is noted, and no reason to stop. */
export async function attempt(id: string, action: () => unknown): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    complain(id, error);
  }
}

/** A full disk passes; the truth must still be written down when it has. Ends when the container is gone. */
export async function untilPossible(id: string, action: () => void | Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (tries === 0) complain(id, error);
      if (!fs.existsSync(readSafely(id)?.directory ?? '')) return;
      await sleep(TRY_AGAIN);
    }
  }
}

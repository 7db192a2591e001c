/** Locks between processes: the kernel drops them when the holder ends, however it ends – see flock(2). */
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { host } from '../../kernel/caller.ts';
import { isRefusal, UsageError } from '../../kernel/errors.ts';
import { asPlumbing } from '../../kernel/trace.ts';

const LOCK = { exclusive: 2, atOnce: 4 };
/** How long somebody else may hold a lock, in milliseconds: no operation takes that long, stopping with a long time-out does not hold one. */
const PATIENCE = 60_000;

function tryLock(fd: number): boolean {
  try {
    asPlumbing(() => host.call('flock', fd, LOCK.exclusive | LOCK.atOnce));
    return true;
  } catch (error) {
    if (isRefusal(error, 'EAGAIN', 'EINTR')) return false;
    throw error;
  }
}

const openLock = (path: string): number => fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);

/** Does something while no other process holds the lock of this file. @throws UsageError when somebody holds it for a minute */
export async function withLock<T>(path: string, action: () => T | Promise<T>): Promise<T> {
  const fd = openLock(path);
  try {
    const end = Date.now() + PATIENCE;
    for (let wait = 1; !tryLock(fd); wait = Math.min(wait * 2, 25)) {
      if (Date.now() > end)
        throw new UsageError(`${path} is held by another process for too long`, {
          remedy: `see who: fuser -v ${path}`,
        });
      await sleep(wait);
    }
    return await action();
  } finally {
    fs.closeSync(fd);
  }
}

/** The same for what is done in a moment: whoever comes meanwhile waits, and does nothing else. */
export function withLockSync<T>(path: string, action: () => T): T {
  const fd = openLock(path);
  try {
    asPlumbing(() => host.call('flock', fd, LOCK.exclusive));
    return action();
  } finally {
    fs.closeSync(fd);
  }
}

/** Takes a lock for the life of this process. @returns its descriptor, or undefined when somebody has it */
export function holdLock(path: string): number | undefined {
  const fd = openLock(path);
  if (tryLock(fd)) return fd;
  fs.closeSync(fd);
  return undefined;
}

/** Does any process hold the lock now? */
export function isHeld(path: string): boolean {
  if (!fs.existsSync(path)) return false;
  const fd = holdLock(path);
  if (fd === undefined) return true;
  fs.closeSync(fd);
  return false;
}

/** Stopping a whole group of processes in its tracks, and killing it so that nothing escapes by forking. */
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { exists, readText, writeKernel } from '../kernel/files.ts';
import { subtree } from './tree.ts';

/** Where a group can be frozen: its v2 directory, or its directory in v1's freezer hierarchy. */
export interface Freezer {
  version: 1 | 2;
  directory: string;
}

const FROZEN_WITHIN = 30_000;

/** Stops every process of the group; resolves when the last one stands still. */
export async function freeze(freezer: Freezer): Promise<void> {
  const end = Date.now() + FROZEN_WITHIN;
  for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
    // In v1 a group whose processes were busy forking has to be told again.
    if (wait === 1 || freezer.version === 1) write(freezer, true);
    if (isFrozen(freezer)) return;
    if (Date.now() > end) {
      write(freezer, false);
      throw new UsageError(`${freezer.directory} did not freeze within ${FROZEN_WITHIN / 1000} s`, {
        remedy: 'one of its processes is stuck in the kernel (state D in ps); try again later',
      });
    }
    await new Promise((go) => setTimeout(go, wait));
  }
}

/** Lets the processes go on. */
export function thaw(freezer: Freezer): void {
  write(freezer, false);
}

function write({ version, directory }: Freezer, frozen: boolean): void {
  if (version === 2) writeKernel(`${directory}/cgroup.freeze`, frozen ? '1' : '0');
  else writeKernel(`${directory}/freezer.state`, frozen ? 'FROZEN' : 'THAWED');
}

/** Does every process of the group stand still? */
export function isFrozen({ version, directory }: Freezer): boolean {
  if (version === 2) return /^frozen 1$/m.test(readText(`${directory}/cgroup.events`));
  return readText(`${directory}/freezer.state`).trim() === 'FROZEN';
}

/** The processes of a group and of the groups below it. */
export function processesOf(directory: string): number[] {
  return subtree(directory).flatMap((group) => {
    try {
      return readText(`${group}/cgroup.procs`).split('\n').filter(Boolean).map(Number);
    } catch (error) {
      if (isRefusal(error, 'ENOENT', 'ENODEV')) return []; // removed meanwhile
      throw error;
    }
  });
}

/** Has the kernel `cgroup.kill` (Linux 5.14)? */
export const canKill = (directory: string): boolean => exists(`${directory}/cgroup.kill`);

/** SIGKILL to every process of a v2 group and those below it, in one go. Frozen ones die too. */
export const killAll = (directory: string): void => writeKernel(`${directory}/cgroup.kill`, '1');

/**
 * The same without cgroup.kill: stand still, signal each, go on. Newborn processes of a fork bomb are signalled in the next round.
 * @param freezer - keeps new ones from being born; without it the rounds alone have to win
 */
export function killEach(directory: string, freezer: Freezer | undefined): void {
  for (let round = 0; round < 100; round++) {
    if (freezer) write(freezer, true);
    const pids = processesOf(directory).filter((pid) => pid !== 0);
    for (const pid of pids) killOne(pid);
    if (freezer) write(freezer, false);
    if (pids.length === 0) return;
  }
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!isRefusal(error, 'ESRCH')) throw error;
  }
}

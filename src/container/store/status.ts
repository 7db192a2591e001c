/** How a container is, derived from what is written and from what the kernel says now. */
import { Cgroup } from '../../cgroup/cgroup.ts';
import { lives } from '../owner.ts';
import type { State } from './record.ts';

export type Status = 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'dead';

/** Does its process live, on this very start of the machine? */
export const isRunning = (state: State): boolean =>
  state.finishedAt === undefined && state.process !== undefined && lives(state.process);

/** Do its processes stand still? */
export function isPaused(cgroup: string | undefined): boolean {
  if (cgroup === undefined) return false;
  try {
    return Cgroup.open(cgroup).isFrozen();
  } catch {
    return false;
  }
}

export function statusOf(state: State, cgroup: string | undefined): Status {
  if (isRunning(state)) return isPaused(cgroup) ? 'paused' : 'running';
  if (state.restartAt !== undefined) return 'restarting';
  return state.process === undefined && state.finishedAt === undefined ? 'created' : 'exited';
}

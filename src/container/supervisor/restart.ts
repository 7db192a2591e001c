/** Whether and when a container that has ended is started again. */
import type { RestartPolicy, State } from '../store/record.ts';

const FIRST = 100;
const LONGEST = 60_000;
/** Who has run so long is taken to be well: the next waiting is short again. */
const WELL = 10_000;

/** @param exitCode null when it is unknown, which counts as a failure */
export function wantsRestart(policy: RestartPolicy, state: State, exitCode: number | null): boolean {
  if (state.stoppedByHand) return false;
  if (policy.name === 'always' || policy.name === 'unless-stopped') return true;
  if (policy.name !== 'on-failure' || exitCode === 0) return false;
  return policy.maximum === 0 || state.restartCount < policy.maximum;
}

/** Milliseconds: 100, then twice as long each time, a minute at most. @param before how long was waited the last time; 0 for the first @param ran how long the container ran */
export function restartDelay(before: number, ran: number): number {
  if (before === 0 || ran >= WELL) return FIRST;
  return Math.min(before * 2, LONGEST);
}

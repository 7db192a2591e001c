/**
 * Who holds something: one process, and no other that gets its pid later. What kill -9 or a crash left is seen to be
 * dead by its pid, start time and the boot it belongs to. proc_pid_stat(5).
 */
import { UsageError } from '../kernel/errors.ts';
import { bootId, isAlive, statOf } from '../kernel/proc.ts';

export interface Holder {
  readonly pid: number;
  /** Start time in clock ticks since boot. */
  readonly started: string;
  readonly boot: string;
}

let boot: string | undefined;

/** @throws UsageError when there is no such process */
export function holderOf(pid: number): Holder {
  boot ??= bootId();
  const stat = statOf(pid);
  if (!stat) throw new UsageError(`process ${pid} is gone, it cannot be connected to a network`);
  return { pid, started: stat.startTime, boot };
}

/** Whether it still runs: same boot, same start time, no zombie. */
export function holds({ pid, started, boot: its }: Holder): boolean {
  boot ??= bootId();
  return its === boot && isAlive(pid, started);
}

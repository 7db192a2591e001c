/** `Up 3 seconds (healthy)`, `Exited (137) 2 hours ago`: a container's state as Docker words it. */
import { ago, duration } from '../view/words.ts';

export interface Standing {
  status: string;
  /** ISO 8601 each. */
  startedAt?: string | undefined;
  finishedAt?: string | undefined;
  /** null: nobody knows. */
  exitCode?: number | null | undefined;
  health?: string | undefined;
}

const since = (when: string | undefined, now: Date): number => now.getTime() - Date.parse(when ?? now.toISOString());

export function statusText({ status, startedAt, finishedAt, exitCode, health }: Standing, now = new Date()): string {
  const code = `(${exitCode ?? 'unknown'})`;
  const ended = `${code} ${ago(new Date(finishedAt ?? now), now)}`;
  const well = health === undefined ? '' : health === 'starting' ? ' (health: starting)' : ` (${health})`;
  switch (status) {
    case 'running':
      return `Up ${duration(since(startedAt, now))}${well}`;
    case 'paused':
      return `Up ${duration(since(startedAt, now))} (Paused)`;
    case 'restarting':
      return `Restarting ${ended}`;
    case 'exited':
      return `Exited ${ended}`;
    default:
      return status[0]!.toUpperCase() + status.slice(1);
  }
}

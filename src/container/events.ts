/** What happens to containers, a line each in one file that everybody appends to – see write(2), O_APPEND: lines of several writers never mix. */
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventsFile } from './paths.ts';

export interface Event {
  type: 'container' | 'volume' | 'network' | 'image';
  /** create, start, die, stop, kill, pause, unpause, restart, rename, update, oom, exec, health_status: healthy, destroy … */
  action: string;
  id: string;
  attributes: Record<string, string>;
  /** Milliseconds since 1970. */
  time: number;
}

/** From this size on the file begins anew; the old one is kept once. */
const MOST = 4 * 2 ** 20;

/** Tells what happened. A full disk must not stop what is being done: then nothing is told. */
export function tell(
  action: string,
  id: string,
  attributes: Record<string, string> = {},
  type: Event['type'] = 'container',
): void {
  const event: Event = { type, action, id, attributes, time: Date.now() };
  try {
    const path = eventsFile();
    if ((fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MOST) fs.renameSync(path, `${path}.1`);
    fs.appendFileSync(path, `${JSON.stringify(event)}\n`, { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

export interface EventFilter {
  /** Milliseconds since 1970. */
  since?: number;
  until?: number;
  /** `type`, `event`, `container` (id, its beginning, or name), `label` …: any of the values each. */
  filters?: Record<string, string[]>;
  /** Ends the waiting. */
  signal?: AbortSignal;
}

const matchers: Record<string, (event: Event, wanted: string) => boolean> = {
  type: (event, wanted) => event.type === wanted,
  event: (event, wanted) => event.action === wanted || event.action.startsWith(`${wanted}:`),
  container: ({ id, attributes }, wanted) => id.startsWith(wanted) || attributes.name === wanted,
  image: ({ attributes }, wanted) => attributes.image === wanted,
  label: ({ attributes }, wanted) => {
    const [name = '', ...value] = wanted.split('=');
    return name in attributes && (value.length === 0 || attributes[name] === value.join('='));
  },
};

export const eventFilters = Object.keys(matchers);

const matches = (event: Event, filters: Record<string, string[]> = {}): boolean =>
  Object.entries(filters).every(([key, wanted]) => wanted.some((it) => matchers[key]?.(event, it) ?? false));

/** Reads whole lines from a place on. */
function readLines(path: string, from: number): { events: Event[]; next: number } {
  const size = fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= from) return { events: [], next: size < from ? 0 : from };
  const fd = fs.openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(size - from);
    const text = bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, from));
    const end = text.lastIndexOf(10) + 1;
    const events = text
      .toString('utf8', 0, end)
      .split('\n')
      .flatMap((line) => {
        try {
          return line ? [JSON.parse(line) as Event] : [];
        } catch {
          return [];
        }
      });
    return { events, next: from + end };
  } finally {
    fs.closeSync(fd);
  }
}

/** Events from `since` (else from now) to `until` (else for ever). */
export async function* events({ since, until, filters, signal }: EventFilter = {}): AsyncGenerator<Event> {
  const path = eventsFile();
  let place = since === undefined ? (fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0) : 0;
  const wanted = (event: Event): boolean =>
    event.time >= (since ?? 0) && event.time <= (until ?? Number.POSITIVE_INFINITY) && matches(event, filters);
  if (since !== undefined && fs.existsSync(`${path}.1`)) yield* readLines(`${path}.1`, 0).events.filter(wanted);
  for (;;) {
    // Asked before the reading: what is written until then is still read.
    const last = signal?.aborted || (until !== undefined && Date.now() > until);
    const { events: found, next } = readLines(path, place);
    place = next;
    yield* found.filter(wanted);
    if (last) return;
    await sleep(50);
  }
}

/** How a container ended the last time, as the events say; null when they do not, or nobody knew. */
export function lastExitCode(id: string): number | null {
  const died = readLines(eventsFile(), 0).events.findLast((it) => it.id === id && it.action === 'die');
  const code = died?.attributes.exitCode;
  return code === undefined || code === 'unknown' ? null : Number(code);
}

/** The one traced door: every system call and every file operation of ours is told here, to whoever listens – see strace(1) for the form. */

/** One thing done. */
export interface TraceEvent {
  /** Who did it: `node`, or `blank` with the pid that the process has outside. */
  who: string;
  call: string;
  args: string[];
  /** The result, or minus errno. */
  result: number;
  /** `EPERM` where it failed. */
  code?: string;
  /** How long it took, in microseconds. */
  micros: number;
  /** Not part of the lesson: births of blank processes, waiting, signal masks. */
  plumbing?: boolean;
}

export type Listener = (event: TraceEvent) => void;

const listeners = new Set<Listener>();

/** Is anybody listening? (Nothing is decoded for nobody.) */
export const isTraced = (): boolean => listeners.size > 0;

/** Listens to everything that is done from now on; the answer ends it. */
export function onTrace(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** When something began, for `emit`; nobody looks at the clock when nobody listens. */
export const startClock = (): bigint => (isTraced() ? process.hrtime.bigint() : 0n);

let plumbing = false;

/** What is done meanwhile is marked as plumbing in the trace. */
export function asPlumbing<T>(action: () => T): T {
  const before = plumbing;
  plumbing = true;
  try {
    return action();
  } finally {
    plumbing = before;
  }
}

export function emit(event: TraceEvent): void {
  const told = plumbing ? { ...event, plumbing } : event;
  for (const listener of listeners) listener(told);
}

/** `mount("proc", "/proc", "proc", MS_NOSUID, NULL) = 0 <0.000041>` */
export function formatTrace(event: TraceEvent): string {
  const result = event.result < 0 ? `-1 ${event.code}` : String(event.result);
  return `[${event.who}] ${event.call}(${event.args.join(', ')}) = ${result} <${(event.micros / 1e6).toFixed(6)}>`;
}

/** A session: one box in the making, the list of steps that it could go through, and what each step done so far has changed in the kernel. No printing. */
import * as fs from 'node:fs';
import { type Made, makeBox, newId } from '../container/make.ts';
import type { RunOptions } from '../container/options.ts';
import { UsageError } from '../kernel/errors.ts';
import { asPlumbing, onTrace, type TraceEvent } from '../kernel/trace.ts';
import { type Change, difference } from '../observe/difference.ts';
import { type Facts, factsOf } from '../observe/facts.ts';
import type { Box, Stdio } from '../steps/box.ts';
import type { Observation, Step } from '../steps/step.ts';
import { translate } from '../translate/index.ts';

/** One step that has been done, and what is different since. */
export interface Done {
  step: Step;
  changes: Change[];
  /** What the step itself finds: some of it can only be seen from inside. */
  observed: Observation;
  /** The system calls that it made. */
  calls: TraceEvent[];
}

export interface SessionOptions {
  box: RunOptions;
  /** Nothing to read, and our own output, where nothing is said: the keyboard goes to a terminal of the container's own. */
  stdio?: Stdio;
}

const OURS: Stdio = [null, 1, 2];

/** Short enough to be read in a path. */
const ID_LENGTH = 12;

const look = (box: Box): Facts => factsOf(box.process.pid, box.process);

/** A step may ask the process itself, which may have ended already. */
function observe(box: Box, step: Step): Observation {
  try {
    return asPlumbing(() => step.observe(box));
  } catch {
    return {};
  }
}

export class Session {
  readonly #options: SessionOptions;
  #made: Made;
  #before: Facts | undefined;
  #calls: TraceEvent[] = [];
  #stopListening: (() => void) | undefined;
  #history: Done[] = [];
  #fresh: Done[] = [];
  /** Boxes that were made by hand beside it. */
  readonly #others = new Set<Made>();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#made = this.#make();
  }

  get box(): Box {
    return this.#made.box;
  }

  /** THE list, for this box. */
  get list(): readonly Step[] {
    return this.#made.steps;
  }

  /** What of the list is not done yet, in order. */
  get toCome(): readonly Step[] {
    return this.list.filter((it) => !this.box.has(it.name));
  }

  get next(): Step | undefined {
    return this.toCome[0];
  }

  /** Every step done in this box, as it was done. */
  get history(): readonly Done[] {
    return this.#history;
  }

  /** The steps done since this was asked last. */
  takeFresh(): Done[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** Does the next step of the list. */
  async advance(): Promise<void> {
    const step = this.next;
    if (!step)
      throw new UsageError('every step of the list is done', {
        remedy: 'go back with .back, or begin anew with .clean',
      });
    await this.box.apply(step);
  }

  /** Goes back by `count` steps: the blank process ends, and the steps before are done again in a new one. */
  async back(count: number): Promise<void> {
    const done = this.box.done.length;
    if (done === 0) throw new UsageError('no step is done yet', { remedy: 'do the next one with .next' });
    if (count > done)
      throw new UsageError(`only ${done} steps are done`, { remedy: `go back by ${done} at most, or use .clean` });
    this.#history = [];
    await this.box.back(count);
    this.#fresh = [];
  }

  /** The steps done so far, in another language. */
  as(language: string): string {
    const { box } = this;
    const { history } = this;
    return translate(
      {
        options: this.#options.box,
        config: box.config,
        root: box.root,
        steps: history.map((it) => it.step),
        calls: history.map((it) => it.calls),
      },
      language,
    );
  }

  /** A step by its name, its number in the list, or the beginning of its name. */
  find(which: string): Step {
    const byNumber = /^\d+$/.test(which) ? this.list[Number(which) - 1] : undefined;
    const begins = this.list.filter((it) => it.name.startsWith(which));
    const found =
      byNumber ?? this.list.find((it) => it.name === which) ?? (begins.length === 1 ? begins[0] : undefined);
    if (found) return found;
    const which2 = begins.length > 1 ? `could be ${begins.map((it) => it.name).join(', ')}` : 'is no step of the list';
    throw new UsageError(`${JSON.stringify(which)} ${which2}`, { remedy: 'see the list with .steps' });
  }

  /** Makes a box beside the session's own; it goes with the session. */
  makeBox(...[options, more]: Parameters<typeof makeBox>): Made {
    const made = makeBox(options, { stdio: OURS, ...more });
    const tracked: Made = {
      ...made,
      remove: () => {
        this.#others.delete(tracked);
        return made.remove();
      },
    };
    this.#others.add(tracked);
    return tracked;
  }

  /** Removes everything that the session has made. @returns what is gone, in words. @throws when something stayed. */
  async end(): Promise<string[]> {
    const gone: string[] = [];
    for (const made of [this.#made, ...this.#others]) gone.push(...(await removeMade(made)));
    this.#history = [];
    this.#fresh = [];
    return gone;
  }

  /** The same, and a new box in its place. */
  async renew(): Promise<string[]> {
    const gone = await this.end();
    this.#made = this.#make();
    return gone;
  }

  #make(): Made {
    const { box, stdio = OURS } = this.#options;
    const watch = (moment: 'before' | 'after', step: Step, of: Box): void => this.#watch(moment, step, of);
    const id = newId().slice(0, ID_LENGTH);
    return makeBox(box, { id, stdio, watch });
  }

  #watch(moment: 'before' | 'after', step: Step, box: Box): void {
    this.#stopListening?.();
    if (moment === 'before') {
      this.#before = look(box);
      this.#calls = [];
      this.#stopListening = onTrace((event) => this.#calls.push(event));
      return;
    }
    this.#history = this.#history.slice(0, box.done.length - 1);
    const changes = this.#before ? difference(this.#before, look(box)) : [];
    const done = { step, changes, observed: observe(box, step), calls: this.#calls };
    this.#history.push(done);
    this.#fresh.push(done);
  }
}

/** What there is of a box, in words, as the kernel has it. */
function inventory(box: Box): string[] {
  const { process, parents, directory } = box;
  const facts = factsOf(process.pid, process);
  const found: string[] = [];
  if (!process.exit) {
    const inside = facts.areas.process['pid inside'];
    const as = inside === String(process.pid) || inside === undefined ? '' : ` (${inside} inside)`;
    found.push(`process ${process.pid}${as}`, ...parents.map((it) => `process ${it.pid} (it forked)`));
    const own = (['user', 'pid', 'mnt', 'uts', 'ipc', 'net', 'cgroup', 'time'] as const).filter((kind) =>
      box.owns(kind),
    );
    if (own.length > 0) found.push(`namespaces ${own.join(' ')}`);
    if (box.owns('mnt')) found.push(`the ${facts.mounts.length} mounts in them`);
  }
  for (const path of new Set(Object.values(facts.areas.cgroups)))
    if (path?.includes(box.id)) found.push(`control group ${path}`);
  found.push(`directory ${directory}`);
  return found;
}

async function removeMade(made: Made): Promise<string[]> {
  const gone = inventory(made.box);
  await made.remove();
  if (fs.existsSync(made.box.directory)) throw new Error(`${made.box.directory} is still there`);
  return gone;
}

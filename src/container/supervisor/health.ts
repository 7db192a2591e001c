/** Health checks: a command is run in the container again and again; so many failures in a row, and it is called unhealthy – see docker-run(1), --health-cmd. */
import { tell } from '../events.ts';
import { execCaptured } from '../exec/captured.ts';
import { attributesOf } from '../lifecycle/create.ts';
import type { HealthCheck, HealthState } from '../store/record.ts';
import { isRunning } from '../store/status.ts';
import { type Container, changeState } from '../store/store.ts';

/** So many results are kept, and so many bytes of what each has written. */
const KEPT = 5;
const OUTPUT = 4096;

export class HealthMonitor {
  readonly #container: Container;
  readonly #check: HealthCheck;
  readonly #began = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(container: Container, check: HealthCheck) {
    this.#container = container;
    this.#check = check;
    this.#next();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #next(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      void this.#probe().finally(() => this.#next());
    }, this.#check.interval);
  }

  async #probe(): Promise<void> {
    const start = new Date().toISOString();
    const { exitCode, output } = await this.#run();
    if (this.#stopped) return;
    const result = { start, end: new Date().toISOString(), exitCode, output: output.slice(0, OUTPUT) };
    let change: string | undefined;
    await changeState(this.#container.id, (state) => {
      if (!isRunning(state)) return undefined;
      const before = state.health ?? { status: 'starting', failingStreak: 0, log: [] };
      const health = judge(before, result, this.#check, Date.now() - this.#began);
      if (health.status !== before.status) change = health.status;
      return { ...state, health };
    });
    if (change) tell(`health_status: ${change}`, this.#container.id, attributesOf(this.#container));
  }

  async #run(): Promise<{ exitCode: number; output: string }> {
    try {
      return await execCaptured(this.#container.id, this.#check.command, this.#check.timeout, OUTPUT);
    } catch (error) {
      return { exitCode: -1, output: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** @param age milliseconds since the container was started */
export function judge(
  before: HealthState,
  result: HealthState['log'][number],
  check: HealthCheck,
  age: number,
): HealthState {
  const log = [...before.log, result].slice(-KEPT);
  if (result.exitCode === 0) return { status: 'healthy', failingStreak: 0, log };
  // While it is starting failures do not count.
  if (before.status === 'starting' && age < check.startPeriod) return { ...before, log };
  const failingStreak = before.failingStreak + 1;
  return { status: failingStreak >= check.retries ? 'unhealthy' : before.status, failingStreak, log };
}

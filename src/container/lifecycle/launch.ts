/** Starting: the list of steps, applied one after another to a blank process. The state is written before the last step, so that no program ever runs unknown. */
import { bootId, statOf } from '../../kernel/proc.ts';
import type { Config } from '../../spec/config.ts';
import { Box, type Stdio } from '../../steps/box.ts';
import { stepsFor } from '../../steps/list.ts';
import type { Step } from '../../steps/step.ts';
import { keepFiltersInState } from '../filter-cache.ts';
import { isRootless } from '../rootless.ts';
import type { State } from '../store/record.ts';
import { type Container, readConfig } from '../store/store.ts';
import { writeNameFiles } from './name-files.ts';
import { resolveReferences } from './references.ts';

export interface LaunchOptions {
  stdio: Stdio;
  /** Ends with this process; else it goes on without. */
  dieWithParent: boolean;
  /** Writes the state down, before the program begins. */
  save(state: Partial<State>): void;
  /** Everything is made but the program. */
  beforeProgram?(box: Box): void;
  /** Does the steps in place of the ordinary way: to show them, to stop at each. */
  walk?(box: Box, steps: readonly Step[]): Promise<void>;
}

/** A container's box, from what is written down, with the steps that are to be made. */
export function boxOf(container: Container, config: Config, options: Pick<LaunchOptions, 'stdio' | 'dieWithParent'>) {
  const { id, directory, record } = container;
  const { root } = record;
  const { stdio, dieWithParent } = options;
  keepFiltersInState();
  const steps = stepsFor(config, { root, dieWithParent });
  // While it is blank it always ends with us: nobody else could do anything with it.
  return { box: new Box({ id, config, root, directory, stdio, dieWithParent: true }), steps };
}

/**
 * Starts it. @returns the box: its process is the container's first one.
 * @throws UsageError, SyscallError: everything is taken back then.
 */
export async function launch(container: Container, options: LaunchOptions): Promise<Box> {
  const config = resolveReferences(readConfig(container));
  const { box, steps } = boxOf(container, config, options);
  const [program, before] = [steps.at(-1)!, steps.slice(0, -1)];
  const walk = options.walk ?? walkAll;
  try {
    writeNameFiles(container, config);
    await walk(box, before);
    if (!isRootless()) writeNameFiles(container, config);
    options.beforeProgram?.(box);
    const { pid } = box.process;
    options.save({
      process: { pid, startTime: statOf(pid)?.startTime ?? '', bootId: bootId() },
      startedAt: new Date().toISOString(),
    });
    await walk(box, [program]);
    return box;
  } catch (error) {
    await box.close();
    throw error;
  }
}

async function walkAll(box: Box, steps: readonly Step[]): Promise<void> {
  for (const step of steps) await box.apply(step);
}

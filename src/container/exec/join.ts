/** A further process in a running container: with its namespaces, its control group, its user, capabilities and system call filter. */

import { UsageError } from '../../kernel/errors.ts';
import type { Config } from '../../spec/config.ts';
import { Box, type Stdio } from '../../steps/box.ts';
import { stepsFor } from '../../steps/list.ts';
import type { Step } from '../../steps/step.ts';
import * as steps from '../../steps/steps.ts';
import { keepFiltersInState } from '../filter-cache.ts';
import { withGroup } from '../lifecycle/group.ts';
import { isPaused, isRunning } from '../store/status.ts';
import { type Container, readConfig } from '../store/store.ts';

export interface ExecOptions {
  command: string[];
  /** `NAME=value` each, beside the container's own. */
  env?: string[];
  workdir?: string;
  user?: string;
  privileged?: boolean;
  tty?: boolean;
  size?: { height: number; width: number };
  stdio: Stdio;
  dieWithParent?: boolean;
}

/** @throws UsageError where it does not run */
export function requireRunning({ id, state, record }: Container): number {
  if (isRunning(state)) return state.process!.pid;
  throw new UsageError(`container ${record.name} is not running`, {
    remedy: `start it: start ${id.slice(0, 12)}`,
    exitCode: 1,
  });
}

function configFor(config: Config, options: ExecOptions): Config {
  const { process, linux } = config;
  const changed: Config['process'] = {
    ...process,
    args: options.command,
    env: [...process.env, ...(options.env ?? [])],
    cwd: options.workdir ?? process.cwd,
    terminal: options.tty ?? false,
  };
  if (options.user) changed.user = { uid: 0, gid: 0, username: options.user };
  if (options.size) changed.consoleSize = options.size;
  if (!options.privileged) return { ...config, process: changed };
  delete changed.capabilities;
  const { seccomp: _, ...rest } = linux;
  return { ...config, process: changed, linux: rest };
}

/** The end of the list: what concerns the process alone, not the container. */
function ownSteps(config: Config, container: Container, dieWithParent: boolean): Step[] {
  keepFiltersInState();
  const all = stepsFor(config, { root: container.record.root, dieWithParent });
  const from = all.findIndex((it) => it.name === 'stdio' || it.name === 'terminal');
  return all.slice(from).filter((it) => it.name !== 'readonly-root');
}

/** Starts it. @returns its box: wait for it, then close it. @throws UsageError, SyscallError: nothing is left then */
export async function joinContainer(container: Container, options: ExecOptions): Promise<Box> {
  const { id, directory, record } = container;
  const pid = requireRunning(container);
  const full = readConfig(container);
  const cgroup = full.linux.cgroupsPath;
  if (isPaused(cgroup))
    throw new UsageError(`container ${record.name} is paused`, {
      remedy: `let it go on: unpause ${record.name}`,
      exitCode: 1,
    });
  if (options.command.length === 0)
    throw new UsageError('there is no command to run', { remedy: 'name one after the container' });
  const config = configFor(full, options);
  const dieWithParent = options.dieWithParent ?? true;
  const { root } = record;
  const box = new Box({ id, config, root, directory, stdio: options.stdio, dieWithParent: true });
  try {
    // As late as can be: a blank process shares our memory, and when the container is out of memory the kernel would choose it to be killed, and us with it.
    box.beforeProgram = () => withGroup(cgroup, (group) => group.join(box.process.pid));
    for (const step of [steps.join(pid), ...ownSteps(config, container, dieWithParent)]) await box.apply(step);
    return box;
  } catch (error) {
    await box.close();
    throw error;
  }
}

/** Taking back what the kernel does not when a container's processes end, without the box that made it: after a crash, or a change of supervisors. Safe to call twice. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { networkContext } from '../../network/context.ts';
import { reconcile } from '../../network/lifecycle.ts';
import { attachmentsOf, isUserMode } from '../../spec/networks.ts';
import { DamagedError } from '../store/files.ts';
import { type Container, readConfig } from '../store/store.ts';
import { removeGroup } from './group.ts';

/** The overlay's own work directory: the kernel leaves it with mode 0. */
function removeWork(directory: string): void {
  fs.rmSync(join(directory, 'work', 'work'), { recursive: true, force: true });
}

/** For a container whose first process has ended. */
export function cleanUp(container: Container): void {
  try {
    const config = readConfig(container);
    removeGroup(config.linux.cgroupsPath);
    if (attachmentsOf(config).some((it) => !isUserMode(it.network))) reconcile(networkContext());
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error;
  }
  removeWork(container.directory);
}

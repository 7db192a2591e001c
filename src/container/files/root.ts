/**
 * A container's files, from outside: of a running one as its first process sees them, of a stopped one through a blank process that mounts them for a moment. Every path is resolved
 * by the kernel as if the container's root were `/`, so that no link in it leads out – see openat2(2).
 */
import * as fs from 'node:fs';
import { host } from '../../kernel/caller.ts';
import { O } from '../../kernel/constants.ts';
import { isRefusal, UsageError } from '../../kernel/errors.ts';
import { open, openInRoot } from '../../kernel/file.ts';
import { Box } from '../../steps/box.ts';
import { stepsFor } from '../../steps/list.ts';
import { isRunning } from '../store/status.ts';
import { type Container, locked, readConfig, readContainer } from '../store/store.ts';

/** What is needed of the list to see the files: a mount namespace (with ids of its own in a user namespace), the root, and what is bound into it. */
const isNeeded = (name: string): boolean =>
  ['id-mapped-mounts', 'user-namespace', 'id-map', 'mount-namespace', 'private', 'rootfs'].includes(name) ||
  name.startsWith('volume ');

async function withMounted<T>(container: Container, action: (root: number) => Promise<T>): Promise<T> {
  const { id, directory, record } = container;
  const config = readConfig(container);
  const { root } = record;
  const box = new Box({ id, config, root, directory, stdio: [null, null, null] });
  try {
    for (const step of stepsFor(config, { root })) if (isNeeded(step.name)) await box.apply(step);
    const fd = open(host, `/proc/${box.process.pid}/root${box.newRoot}`, O.PATH | O.DIRECTORY | O.CLOEXEC);
    try {
      return await action(fd);
    } finally {
      fs.closeSync(fd);
    }
  } finally {
    await box.close();
  }
}

/** Does something with a descriptor (O_PATH) of the container's root. A stopped one is not started meanwhile. */
export async function withRoot<T>(container: Container, action: (root: number) => Promise<T>): Promise<T> {
  if (!isRunning(container.state))
    return await locked(container.id, () => {
      const now = readContainer(container.id)!;
      return isRunning(now.state) ? withRoot(now, action) : withMounted(now, action);
    });
  const fd = open(host, `/proc/${container.state.process!.pid}/root`, O.PATH | O.DIRECTORY | O.CLOEXEC);
  try {
    return await action(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Does something with a descriptor (O_PATH) of a place in the root. @returns undefined where there is nothing */
export function atPath<T>(root: number, path: string, action: (fd: number) => T, flags = 0): T | undefined {
  let fd: number;
  try {
    fd = openInRoot(host, root, path === '' ? '.' : path, O.PATH | flags);
  } catch (error) {
    if (isRefusal(error, 'ENOENT', 'ENOTDIR')) return undefined;
    if (isRefusal(error, 'ELOOP'))
      throw new UsageError(`${path} leads through too many or forbidden links in the container`, {
        exitCode: 1,
        cause: error,
      });
    throw error;
  }
  try {
    return action(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** The path by which Node reaches what a descriptor refers to, and nothing else. */
export const pathOf = (fd: number): string => `/proc/self/fd/${fd}`;

/** Where the supervisor is reached. The address of a unix socket holds 107 bytes, so it goes through a descriptor of its directory – see unix(7). */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { stateRoot } from '../paths.ts';

const SOCKET = 'supervisor.sock';

/** Held by the supervisor as long as it lives. */
export const lockPath = (): string => join(stateRoot(), 'supervisor.lock');

/** What it says on standard error: for when something goes wrong that nobody hears of. */
export const journalPath = (): string => join(stateRoot(), 'supervisor.log');

export const socketPath = (): string => join(stateRoot(), SOCKET);

/** A short path to the socket, good while the answer is not closed. */
export function shortSocketPath(): { path: string; close(): void } {
  const fd = fs.openSync(stateRoot(), fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${fd}/${SOCKET}`, close: () => fs.closeSync(fd) };
}

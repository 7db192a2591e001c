/** Where things are kept. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The state root: MINIDOCKER_ROOT, else /var/lib/minidocker; without root $XDG_DATA_HOME/minidocker. */
export function stateRoot(): string {
  const given = process.env.MINIDOCKER_ROOT;
  if (given) return given;
  if (process.getuid?.() === 0) return '/var/lib/minidocker';
  return join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local/share'), 'minidocker');
}

/** One directory a container. */
export const containersDirectory = (): string => join(stateRoot(), 'containers');

export const containerDirectory = (id: string): string => join(containersDirectory(), id);

/** One link a name, to the id that has it. */
export const namesDirectory = (): string => join(stateRoot(), 'names');

/** One empty file a range of ids, named after it and the container that has it. */
export const idsDirectory = (): string => join(stateRoot(), 'ids');

/** One directory a volume, with what it holds in `_data`. */
export const volumesDirectory = (): string => join(stateRoot(), 'volumes');

/** What has happened, a line each. */
export const eventsFile = (): string => join(stateRoot(), 'events.jsonl');

/** The parent of all our control groups, relative to where this process may make some: MINIDOCKER_CGROUP, else `minidocker`. */
export const cgroupParent = (): string => process.env.MINIDOCKER_CGROUP ?? 'minidocker';

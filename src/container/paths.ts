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

/** The parent of all our control groups, relative to where this process may make some: MINIDOCKER_CGROUP, else `minidocker`. */
export const cgroupParent = (): string => process.env.MINIDOCKER_CGROUP ?? 'minidocker';

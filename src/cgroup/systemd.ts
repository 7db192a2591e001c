/**
 * Where a group of ours belongs. On most hosts: at the top of what is mounted. Where systemd owns a pure v2 tree it must be told: only below a unit
 * with Delegate=yes may others make groups (systemd.io/CGROUP_DELEGATION), so we use the one we are in, or ask for a scope of our own.
 */
import { host as node } from '../kernel/caller.ts';
import { childProcess } from '../kernel/child-process.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { exists } from '../kernel/files.ts';
import { givenAbove, ownPath } from './delegated.ts';
import type { Layout } from './layout.ts';
import { parentName } from './path.ts';

/** A group's place: its path from the top of the hierarchies, and the part of it (`''`: none) that is not ours to touch. */
export interface Place {
  path: string;
  top: string;
}

const isSystemd = (host: Layout): boolean => host.kind === 'v2' && exists('/run/systemd/system');

/** systemd marks the units that it has delegated with an extended attribute; a user's own systemd is such a unit, but not ours. */
function isDelegated(directory: string): boolean {
  if (/\/user@\d+\.service$/.test(directory)) return false;
  return ['trusted.delegate', 'user.delegate'].some((name) => {
    const value = new Uint8Array(8);
    try {
      const length = node.call('getxattr', directory, name, value, value.length);
      return Buffer.from(value.subarray(0, length)).toString() === '1';
    } catch (error) {
      if (isRefusal(error, 'ENODATA', 'EPERM', 'EACCES', 'ENOENT', 'EOPNOTSUPP', 'ENOTSUP')) return false;
      throw error;
    }
  });
}

/** The nearest delegated unit at or above a path. */
function delegatedAbove(host: Layout, path: string): string | undefined {
  for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/')))
    if (isDelegated(host.unified!.mount + at)) return at;
  return undefined;
}

/** What names the scope: `minidocker` of `minidocker/web`. A group alone is put into the scope of all of ours. */
const firstOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : parentName());

/** The scope that our groups are in when nothing was delegated to us, and what has to be asked for it. */
function ownScope(path: string): { scope: string; unit: string; slice: string; user: boolean } {
  const unit = firstOf(path).replace(/[^A-Za-z0-9:_.-]/g, '_');
  const user = process.getuid?.() !== 0;
  const manager = user ? /^.*\/user@\d+\.service/.exec(ownPath())?.[0] : '';
  if (manager === undefined)
    throw new UsageError(
      `cgroup ${path} cannot be made: systemd owns the groups, and this user has no systemd of its own`,
      {
        remedy: 'log in afresh (loginctl enable-linger helps), run as root, or run without groups: --cgroups=disabled',
      },
    );
  const slice = user ? 'app.slice' : 'system.slice';
  return { scope: `${manager}/${slice}/${unit}.scope`, unit, slice, user };
}

/** Where a group with this path is, or would be. */
export function placed(path: string, host: Layout): Place {
  if (!isSystemd(host)) {
    const absolute = path.startsWith('/') ? path : `/${path}`;
    const isGuest = host.kind === 'v2' && process.getuid?.() !== 0;
    return { path: absolute, top: isGuest ? givenAbove(host, absolute) : '' };
  }
  if (path.startsWith('/')) return { path, top: delegatedAbove(host, path.slice(0, path.lastIndexOf('/'))) ?? '' };
  const delegated = delegatedAbove(host, ownPath());
  if (delegated !== undefined) return { path: `${delegated}/${path}`, top: delegated };
  const { scope } = ownScope(path);
  return { path: `${scope}/${path.includes('/') ? path.slice(path.indexOf('/') + 1) : path}`, top: scope };
}

/** Sees to it that groups may be made at that place: asks systemd for the scope when it is not there yet. */
export function prepare(path: string, place: Place, host: Layout): void {
  if (!isSystemd(host)) return;
  if (place.top === '')
    throw new UsageError(`cgroup ${path} cannot be made: systemd owns that part of the tree`, {
      remedy: 'give a path without / at its beginning, or one below a unit with Delegate=yes',
    });
  if (!exists(host.unified!.mount + place.top)) startScope(path);
}

/** A scope lives as long as there is a process in it: a short sleep holds it until the container's first process comes. */
function startScope(path: string): void {
  const { unit, slice, user } = ownScope(path);
  const options = ['--scope', '--quiet', '--collect', `--unit=${unit}`, `--slice=${slice}`, '--property=Delegate=yes'];
  const holder = ['sh', '-c', 'sleep 60 <&- >&- 2>&- &'];
  const args = [...(user ? ['--user'] : []), ...options, ...holder];
  const done = childProcess().spawnSync('systemd-run', args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  if (done.status === 0 || /already (exists|loaded)/.test(done.stderr ?? '')) return;
  const said = done.stderr?.trim().split('\n').at(-1);
  const why = done.error?.message ?? (said || `systemd-run ended with ${done.signal ?? done.status}`);
  throw new UsageError(`cgroup ${path} cannot be made: systemd gave no delegated scope (${why})`, {
    remedy: `try by hand: systemd-run ${args.slice(0, -3).join(' ')} sh`,
  });
}

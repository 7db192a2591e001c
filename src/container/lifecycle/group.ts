/** A container's control group, which somebody else may remove at any moment. */
import { Cgroup } from '../../cgroup/cgroup.ts';

/** Does something with a group. @returns undefined when it is gone, or goes meanwhile */
export function withGroup<T>(path: string | undefined, action: (group: Cgroup) => T): T | undefined {
  if (path === undefined || !Cgroup.exists(path)) return undefined;
  try {
    return action(Cgroup.open(path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENODEV'].includes(String(error.code)))
      return undefined;
    if (Cgroup.exists(path)) throw error;
    return undefined;
  }
}

/** Ends everything in a control group and removes it. */
export function removeGroup(path: string | undefined): void {
  if (path === undefined) return;
  withGroup(path, (group) => {
    group.kill();
    group.remove();
  });
  Cgroup.removeEmptyParents(path);
}

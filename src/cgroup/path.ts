/** Names of groups: where a container's group is in the hierarchies. */
import { UsageError } from '../kernel/errors.ts';

/** The group that all of ours are in: MINIDOCKER_CGROUP, else `minidocker`. */
export const parentName = (): string => process.env.MINIDOCKER_CGROUP || 'minidocker';

/**
 * A group's path, checked: relative (`minidocker/web`, put where this process may make groups) or from the root of what is mounted
 * (`/minidocker/web`). It cannot lead anywhere else.
 */
export function checkedPath(path: string): string {
  const bad = (why: string): never => {
    throw new UsageError(`cgroup path ${JSON.stringify(path)} ${why}`, {
      remedy: 'give a path such as minidocker/web',
    });
  };
  const parts = path.replace(/^\//, '').split('/');
  if (parts.some((it) => it === '')) bad('has an empty part');
  if (parts.some((it) => it === '.' || it === '..')) bad('must not contain . or ..');
  if (parts.some((it) => it.length > 255)) bad('has a part of more than 255 characters');
  if (/[\0-\x1f\x7f\\]/.test(path)) bad('has a control character or a backslash');
  // The kernel's own files are next to the groups: cgroup.procs, memory.max …
  if (
    parts.some((it) => /^(cgroup|cpu|cpuacct|cpuset|memory|pids|io|blkio|devices|freezer|hugetlb|rdma|misc)\./.test(it))
  )
    bad('has a part that could be a control file');
  return path;
}

/**
 * The path for a container.
 * @param id - the container's identifier
 * @param parent - what --cgroup-parent says; without it the group of ours
 */
export function cgroupPath(id: string, parent: string = parentName()): string {
  return checkedPath(`${parent.replace(/\/+$/, '')}/${id}`);
}

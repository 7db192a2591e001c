/**
 * Two ways into a group. A process that others move (its pid written to cgroup.procs) makes the kernel wait until no processor looks at the
 * old state any more, which takes about ten milliseconds. A v1 thread that moves itself (0 written to `tasks`) and a v2 child that is born in the group
 * (CLONE_INTO_CGROUP) cost nothing, and a blank process can do both. cgroups(7), clone3(2).
 */
import type { BlankProcess } from '../kernel/blank-process.ts';
import { O } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { writeKernel } from '../kernel/files.ts';
import type { Request } from '../kernel/mailbox.ts';
import type { Hierarchy } from './layout.ts';

/** The group's directory in one hierarchy. */
export interface Part {
  hierarchy: Hierarchy;
  directory: string;
}

const AT_FDCWD = -100;

/** Moves a process with all its threads. */
export function moveInto(parts: Part[], pid: number): void {
  for (const { directory } of parts) {
    try {
      writeKernel(`${directory}/cgroup.procs`, String(pid));
    } catch (error) {
      throw whyNot(error, directory, pid);
    }
  }
}

function whyNot(error: unknown, directory: string, pid: number): unknown {
  const usage = (why: string): UsageError =>
    new UsageError(`process ${pid} cannot join ${directory}: ${why}`, {
      remedy: 'in cgroup v2 only the lowest groups hold processes: join one of those, or make a new one',
      cause: error,
    });
  if (isRefusal(error, 'EBUSY')) return usage('it has handed controllers on to groups below it');
  if (isRefusal(error, 'EOPNOTSUPP', 'ENOTSUP'))
    return usage('the group above it holds processes, or is a threaded one');
  return error;
}

/** The blank process moves itself in every v1 hierarchy. @returns its descriptor of the v2 directory, for its fork; undefined where there is no v2. */
export function receive(by: BlankProcess, parts: Part[]): number | undefined {
  const tasks = parts.filter((it) => it.hierarchy.version === 1).map((it) => `${it.directory}/tasks`);
  const opened = by.chain(
    tasks.map((path): Request => ({ name: 'openat', args: [AT_FDCWD, path, O.WRONLY | O.CLOEXEC, 0] })),
  );
  const written = opened.map((fd): Request => ({ name: 'write', args: [fd, '0', 1] }));
  const closed = opened.map((fd): Request => ({ name: 'close', args: [fd] }));
  by.chain([...written, ...closed]);
  const unified = parts.find((it) => it.hierarchy.version === 2)?.directory;
  if (unified === undefined) return undefined;
  return by.call('openat', AT_FDCWD, unified, O.DIRECTORY | O.CLOEXEC, 0);
}

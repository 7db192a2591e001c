/** A container by what a person calls it: its id, the beginning of it that no other has, its name, or the pid of a process in it. */
import { UsageError } from '../../kernel/errors.ts';
import { namespaceId } from '../../kernel/namespace.ts';
import { idOfName } from './names.ts';
import { isRunning } from './status.ts';
import { type Container, containers, directoryIds, noSuch, readContainer } from './store.ts';

function byPid(pid: number): Container | undefined {
  const running = containers().filter((it) => isRunning(it.state));
  const exact = running.find((it) => it.state.process?.pid === pid);
  if (exact) return exact;
  const namespace = namespaceId(pid, 'pid');
  if (namespace === undefined || namespace === namespaceId('self', 'pid')) return undefined;
  return running.find((it) => namespaceId(it.state.process?.pid ?? 0, 'pid') === namespace);
}

/** The id that a person means. A damaged container has one too. @throws UsageError for none, and for several */
export function findId(reference: string): string {
  const named = idOfName(reference);
  const ids = directoryIds();
  if (named !== undefined && ids.includes(named)) return named;
  if (/^[0-9a-f]{1,64}$/.test(reference)) {
    const found = ids.filter((id) => id.startsWith(reference));
    if (found.length > 1 && !/^\d+$/.test(reference))
      throw new UsageError(`${reference} is the beginning of ${found.length} containers’ ids`, {
        remedy: `write more of it: ${found.map((id) => id.slice(0, 12)).join(', ')}`,
        exitCode: 1,
      });
    if (found.length === 1) return found[0]!;
  }
  const process = /^\d{1,10}$/.test(reference) ? byPid(Number(reference)) : undefined;
  if (process) return process.id;
  throw noSuch(reference);
}

/** @throws UsageError for none, for several, and for a damaged one */
export function findContainer(reference: string): Container {
  const found = readContainer(findId(reference));
  if (!found) throw noSuch(reference);
  return found;
}

/**
 * Who uses a network: from before the cable is laid until the container is off it again. Kept apart from the leases,
 * because a container uses a network before it has an address on it.
 */
import type { NetworkContext } from './context.ts';
import { type Holder, holderOf, holds } from './holder.ts';
import { readStored, withLock, writeStored } from './store.ts';

interface User {
  readonly container: string;
  readonly holder: Holder;
}

const FILE = 'users.json';

const usersOf = (context: NetworkContext, network: string): User[] => readStored<User[]>(context, network, FILE) ?? [];

/** The living containers that use the network. */
export const livingUsers = (context: NetworkContext, network: string): string[] =>
  usersOf(context, network).flatMap((user) => (holds(user.holder) ? [user.container] : []));

export const isUsed = (context: NetworkContext, network: string): boolean =>
  usersOf(context, network).some((user) => holds(user.holder));

/** Whether a dead one still stands in the books. */
export const hasDeadUsers = (context: NetworkContext, network: string): boolean =>
  usersOf(context, network).some((user) => !holds(user.holder));

/** Notes that a container uses the network. @param pid its first process */
export function addUser(context: NetworkContext, network: string, container: string, pid: number): void {
  const user = { container, holder: holderOf(pid) };
  withLock(context, () => {
    const others = usersOf(context, network).filter((it) => it.container !== container);
    writeStored(context, network, FILE, [...others, user]);
  });
}

/** Notes that it does not any more, nor those that are dead. @returns whether a living one is left */
export function dropUser(context: NetworkContext, network: string, container?: string): boolean {
  return withLock(context, () => {
    const users = usersOf(context, network);
    const left = users.filter((it) => it.container !== container && holds(it.holder));
    if (left.length < users.length) writeStored(context, network, FILE, left);
    return left.length > 0;
  });
}

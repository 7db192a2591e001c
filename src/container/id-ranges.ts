/**
 * Ranges of ids for containers with a user namespace: an empty file each, called HOW:FIRST:SIZE:CONTAINER. One that was chosen here (auto) no other container has; those that were asked
 * for may be shared. A range whose container is gone is free again – see user_namespaces(7), subuid(5).
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../kernel/errors.ts';
import type { IdMapping } from '../spec/config.ts';
import { containerDirectory, idsDirectory, stateRoot } from './paths.ts';
import { explainState, makeStateDirectory } from './store/files.ts';
import { withLockSync } from './store/lock.ts';
import { commonRange } from './subordinate-ids.ts';

/** Ids of a container where nothing is said: what 16 bits can name. */
export const RANGE = 65_536;

/** Where nobody has reserved ids for containers in /etc/subuid: the upper half, which no system gives to people. */
const USUAL = { first: 2 ** 31, count: 2 ** 31 - 2 * RANGE };

/** Whose ranges in /etc/subuid and /etc/subgid are for this: ours, or podman's. */
const names = ['minidocker', 'containers'];

interface Held {
  how: 'auto' | 'asked';
  first: number;
  size: number;
  container: string;
}

const fileOf = (it: Held): string => join(idsDirectory(), `${it.how}:${it.first}:${it.size}:${it.container}`);

function allHeld(): Held[] {
  const files = fs.existsSync(idsDirectory()) ? fs.readdirSync(idsDirectory()) : [];
  return files.flatMap((it) => {
    const [, how, first, size, container = ''] = /^(auto|asked):(\d+):(\d+):(\w+)$/.exec(it) ?? [];
    if (how !== 'auto' && how !== 'asked') return [];
    return [{ how, first: Number(first), size: Number(size), container }];
  });
}

const isGone = ({ container }: Held): boolean => !fs.existsSync(containerDirectory(container));

const forget = (held: readonly Held[]): void => {
  for (const it of held) fs.rmSync(fileOf(it), { force: true });
};

/** The first so many ids in a row that no container has. @throws UsageError where there are none */
export function freeRange(size: number): number {
  const { first, count } = commonRange(names) ?? USUAL;
  let at = first;
  for (const it of allHeld().sort((a, b) => a.first - b.first)) {
    if (it.first + it.size <= at || isGone(it)) continue;
    if (at + size <= it.first) break;
    at = it.first + it.size;
  }
  if (at + size <= first + count) return at;
  throw new UsageError(`--userns auto: of the ${count} ids for containers, no ${size} in a row are free`, {
    remedy:
      'remove containers, ask for fewer (--userns auto:size=1000), or reserve more for the user minidocker in /etc/subuid and /etc/subgid',
  });
}

/** @throws UsageError where a range belongs to a container that was promised to be alone with it */
export function checkRanges(ranges: readonly IdMapping[]): void {
  const owned = allHeld().filter((it) => it.how === 'auto');
  for (const { hostID, size } of ranges) {
    const other = owned.find((it) => hostID < it.first + it.size && it.first < hostID + size && !isGone(it));
    if (!other) continue;
    throw new UsageError(
      `--userns: the ids from ${other.first} to ${other.first + other.size - 1} belong to the container ${other.container.slice(0, 12)} alone (--userns auto)`,
      { remedy: 'choose other ids, or say --userns auto' },
    );
  }
}

/** Nobody else looks or takes meanwhile. */
function inTurn<T>(action: () => T): T {
  makeStateDirectory(idsDirectory());
  return withLockSync(join(stateRoot(), 'ids.lock'), () => {
    forget(allHeld().filter(isGone));
    return explainState(idsDirectory(), action);
  });
}

const hold = (it: Held): void => fs.writeFileSync(fileOf(it), '', { mode: 0o600 });

/** For a container whose directory exists. */
export interface Claim {
  /** Takes so many ids. @returns the first one */
  auto(size: number): number;
  /** Takes these. */
  asked(ranges: readonly IdMapping[]): void;
}

export const claimFor = (container: string): Claim => ({
  auto: (size) =>
    inTurn(() => {
      const first = freeRange(size);
      hold({ how: 'auto', first, size, container });
      return first;
    }),
  asked: (ranges) =>
    inTurn(() => {
      checkRanges(ranges);
      for (const { hostID, size } of ranges) hold({ how: 'asked', first: hostID, size, container });
    }),
});

/** Looks only. */
export const noClaim: Claim = { auto: freeRange, asked: checkRanges };

/** Gives a container's ranges back, if it has any. */
export function releaseRange(container: string): void {
  if (!fs.existsSync(idsDirectory())) return;
  withLockSync(join(stateRoot(), 'ids.lock'), () => forget(allHeld().filter((it) => it.container === container)));
}

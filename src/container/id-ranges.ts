/**
 * Ranges of ids for containers with a user namespace, none of which two containers have: a link each, to the container's id. A range whose container is gone is free again – see
 * user_namespaces(7), subuid(5).
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../kernel/errors.ts';
import { containerDirectory, idsDirectory, stateRoot } from './paths.ts';
import { explainState, makeStateDirectory } from './store/files.ts';
import { withLockSync } from './store/lock.ts';
import { commonRange } from './subordinate-ids.ts';

/** Ids of a container: what 16 bits can name. */
export const RANGE = 65_536;

/** Where nobody has reserved ids for containers in /etc/subuid: the upper half, which no system gives to people. */
const USUAL = { first: 2 ** 31, count: 2 ** 31 - 2 * RANGE };

/** Whose ranges in /etc/subuid and /etc/subgid are for this: ours, or podman's. */
const names = ['minidocker', 'containers'];

function holders(): Map<number, string> {
  const found = fs.existsSync(idsDirectory()) ? fs.readdirSync(idsDirectory()) : [];
  return new Map(found.map((it) => [Number(it), fs.readlinkSync(join(idsDirectory(), it))]));
}

const isGone = (id: string): boolean => !fs.existsSync(containerDirectory(id));

/** The first range that no container has. Nobody has it after this either. */
export function freeRange(): number {
  const { first, count } = commonRange(names) ?? USUAL;
  const taken = holders();
  for (let at = first; at + RANGE <= first + count; at += RANGE) {
    const id = taken.get(at);
    if (id === undefined || isGone(id)) return at;
  }
  throw new UsageError(`--userns auto: all ${Math.floor(count / RANGE)} ranges of ids are taken`, {
    remedy: 'remove containers, or reserve more for the user minidocker in /etc/subuid and /etc/subgid',
  });
}

/** Takes a range for a container whose directory exists. @returns its first id */
export function claimRange(id: string): number {
  makeStateDirectory(idsDirectory());
  return withLockSync(join(stateRoot(), 'ids.lock'), () => {
    for (const [first, holder] of holders()) if (isGone(holder)) fs.rmSync(join(idsDirectory(), String(first)));
    const first = freeRange();
    explainState(idsDirectory(), () => fs.symlinkSync(id, join(idsDirectory(), String(first))));
    return first;
  });
}

/** Gives a container's range back, if it has one. */
export function releaseRange(id: string): void {
  if (!fs.existsSync(idsDirectory())) return;
  withLockSync(join(stateRoot(), 'ids.lock'), () => {
    for (const [first, holder] of holders()) if (holder === id) fs.rmSync(join(idsDirectory(), String(first)));
  });
}

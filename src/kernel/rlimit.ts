/** Limits of a process – getrlimit(2). */
import type { Caller } from './caller.ts';
import { UsageError } from './errors.ts';

/** By their numbers. */
export const RESOURCES: readonly string[] =
  'CPU FSIZE DATA STACK CORE RSS NPROC NOFILE MEMLOCK AS LOCKS SIGPENDING MSGQUEUE NICE RTPRIO RTTIME'
    .split(' ')
    .map((name) => `RLIMIT_${name}`);

/** No limit: all bits set, which no JavaScript number is; everything from here on counts as that, and so does -1. */
export const RLIM_INFINITY = 2 ** 63;

const word = (value: number): bigint =>
  value < 0 || value >= RLIM_INFINITY ? 2n ** 64n - 1n : BigInt(Math.trunc(value));

/** `int prlimit(pid_t pid, int resource, const struct rlimit *new_limit, struct rlimit *old_limit)`, of the caller itself. */
export function setRlimit(by: Caller, type: string, soft: number, hard: number): void {
  const resource = RESOURCES.indexOf(type);
  if (resource < 0)
    throw new UsageError(
      `there is no limit ${JSON.stringify(type)}: use a name from getrlimit(2), such as RLIMIT_NOFILE`,
    );
  const limit = Buffer.alloc(16);
  limit.writeBigUInt64LE(word(soft), 0);
  limit.writeBigUInt64LE(word(hard), 8);
  by.call('prlimit64', 0, resource, limit, null);
}

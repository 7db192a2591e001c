/** Where nothing may be mounted: over the container's /proc, for what is read and written there must be the kernel's (CVE-2019-16884, CVE-2019-19921). */
import { posix } from 'node:path';
import { UsageError } from '../kernel/errors.ts';
import { PROC_SUPER_MAGIC } from '../kernel/mount.ts';
import type { Mount } from './config.ts';

/** Single files of /proc that only inform, and that others (lxcfs) replace by what is true for the container. */
const harmless = new Set(
  'cpuinfo diskstats meminfo stat swaps uptime loadavg slabinfo net/dev sys/kernel/ns_last_pid sys/crypto/fips_enabled'
    .split(' ')
    .map((name) => `/proc/${name}`),
);

const refusal = (destination: string): UsageError =>
  new UsageError(`nothing can be mounted at ${destination}: it is in /proc, which must stay the kernel's`, {
    remedy: 'choose another place in the container',
  });

/** @throws UsageError for a mount whose destination is in /proc. */
export function refuseOverProc(it: Mount): void {
  const place = posix.normalize(it.destination).replace(/(.)\/$/, '$1');
  if (place === '/proc' ? it.type === 'proc' : !place.startsWith('/proc/') || harmless.has(place)) return;
  throw refusal(it.destination);
}

/** The same for a place that has been opened: a link in the image may have led there. `magic` is the kind of its file system. */
export function refuseAtProc(it: Mount, magic: number): void {
  if (magic === PROC_SUPER_MAGIC && it.type !== 'proc' && !harmless.has(posix.normalize(it.destination)))
    throw refusal(it.destination);
}

/** Values of the OCI configuration, which speaks cgroup v1, in the units of cgroup v2. */

/**
 * v1 `cpu.shares` (2–262144, usual 1024) as v2 `cpu.weight` (1–10000, usual 100). The curve is the one the OCI runtimes agreed on: it maps
 * the least, the usual and the greatest value onto each other, which a straight line cannot.
 */
export function weightFromShares(shares: number): number {
  if (shares <= 2) return 1;
  if (shares >= 262144) return 10000;
  const l = Math.log2(shares);
  return Math.ceil(10 ** ((l * l + 125 * l) / 612 - 7 / 34));
}

/** v1 `blkio.weight` (10–1000) as v2 `io.weight` (1–10000). */
export function ioWeight(weight: number): number {
  return Math.floor(1 + ((weight - 10) * 9999) / 990);
}

/**
 * v1 and Docker count memory and swap together, v2 counts swap alone.
 * @param total - memory plus swap, -1 for no limit
 * @param memory - the memory limit, -1 or absent for none
 */
export function swapOnly(total: number, memory: number | undefined): string {
  if (total === -1) return 'max';
  return String(total - (memory ?? 0));
}

/** A limit as v2 writes it: -1 is `max`. */
export const orMax = (value: number): string => (value === -1 ? 'max' : String(value));

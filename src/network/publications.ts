/** From the ports of a lease to what stands in the rules: which address of the container each leads to. */
import type { Lease } from './leases.ts';
import type { Publication } from './nat.ts';

/**
 * A port on every address of the host leads to the container's IPv4 address, and to its IPv6 address if it has one.
 * One on [::1] alone is no matter of the rules: see loopback6.ts.
 */
export function publicationsOf(lease: Lease): Publication[] {
  return lease.ports.flatMap((port) => {
    if (port.ip === '::1') return [];
    const wanted = port.ip === undefined ? [4, 6] : [port.ip.includes(':') ? 6 : 4];
    const targets = wanted.map((family) => (family === 4 ? lease.address : lease.address6));
    return targets.flatMap((to) => (to === undefined ? [] : [{ ...port, to }]));
  });
}

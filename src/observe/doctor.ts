/** doctor: what this machine can do for containers, found by trying. Nothing is printed here, and nothing of a trial stays. */
import { cgroups } from './probes/cgroups.ts';
import { machines } from './probes/machine.ts';
import { mounts } from './probes/mounts.ts';
import { namespaces } from './probes/namespaces.ts';
import { network } from './probes/network.ts';
import type { Probe } from './probes/probe.ts';
import { processes } from './probes/processes.ts';

export type { Probe } from './probes/probe.ts';

const examinations = [machines, namespaces, mounts, cgroups, processes, network];

/** Every feature with the result of its trial; takes some tenths of a second. Between the groups of trials others get their turn. */
export async function doctor(): Promise<Probe[]> {
  const found: Probe[] = [];
  for (const examine of examinations) {
    found.push(...examine());
    await new Promise((go) => setImmediate(go));
  }
  return found;
}

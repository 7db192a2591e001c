/** Who is there: the processes of a box, and the namespaces they live in, beside the host's. */
import * as fs from 'node:fs';
import { type NamespaceKind, namespaceId, namespaceKinds } from '../kernel/namespace.ts';
import { argumentsOf, statusOf } from '../kernel/proc.ts';
import type { NetworkContext } from '../network/context.ts';
import type { Box } from '../steps/box.ts';
import { type Cable, cablesOf } from './cables.ts';

export interface MapProcess {
  pid: number;
  /** Its pid in its own pid namespace; undefined where that is the host's. */
  inside: number | undefined;
  what: string;
}

export interface ProcessMap {
  /** The processes that only forked, the one at work, and those that the program has started. */
  processes: MapProcess[];
  namespaces: { kind: NamespaceKind; host: number | undefined; container: number | undefined }[];
  /** What connects it to the host's network. */
  cables: Cable[];
}

function insideOf(pid: number): number | undefined {
  const pids = statusOf(pid).get('NSpid')?.split('\t') ?? [];
  return pids.length > 1 ? Number(pids.at(-1)) : undefined;
}

/** All processes in the same pid namespace, but for this one: where that is the host's, none. */
function others(pid: number): number[] {
  const namespace = namespaceId(pid, 'pid');
  if (namespace === undefined || namespace === namespaceId('self', 'pid')) return [];
  return fs
    .readdirSync('/proc')
    .map(Number)
    .filter((it) => it > 0 && it !== pid && namespaceId(it, 'pid') === namespace);
}

/** @param context whose network the box is connected to; the machine's where nothing is said */
export function mapOf(box: Box, context?: NetworkContext): ProcessMap {
  const { process, parents } = box;
  const one = (pid: number, what: string): MapProcess => ({ pid, inside: insideOf(pid), what });
  const programOf = (pid: number): string => argumentsOf(pid).join(' ');
  const processes = process.exit
    ? []
    : [
        ...parents.map((it) => one(it.pid, 'blank: it forked the next one, and waits')),
        one(process.pid, process.execed ? programOf(process.pid) : 'blank: the steps are made in it'),
        ...(process.execed ? others(process.pid).map((pid) => one(pid, programOf(pid))) : []),
      ];
  const namespaces = namespaceKinds.map((kind) => ({
    kind,
    host: namespaceId('self', kind),
    container: namespaceId(process.pid, kind),
  }));
  return { processes, namespaces, cables: cablesOf(box, context) };
}

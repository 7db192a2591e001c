/** The host name that another process has: it belongs to its UTS namespace – see uname(2), uts_namespaces(7). */
import { BlankProcess } from '../kernel/blank-process.ts';
import type { Caller } from '../kernel/caller.ts';
import { CLONE, O } from '../kernel/constants.ts';
import { open } from '../kernel/file.ts';
import { namespaceId, setns } from '../kernel/namespace.ts';
import { asPlumbing } from '../kernel/trace.ts';

/** Of the caller: struct new_utsname has six fields of 65 bytes, the second is nodename. */
function nodeName(by: Caller): string {
  const uts = Buffer.alloc(6 * 65);
  by.call('uname', uts);
  return uts.toString('utf8', 65, uts.indexOf(0, 65));
}

/** A blank process of one moment joins that namespace and asks there. */
function askInside(pid: number): string {
  const probe = BlankProcess.spawn();
  try {
    setns(probe, open(probe, `/proc/${pid}/ns/uts`, O.CLOEXEC), CLONE.NEWUTS);
    return nodeName(probe);
  } finally {
    probe.end();
  }
}

/** @param process that very process where it is blank still: it is asked itself. @returns undefined where nobody can tell. */
export function hostNameOf(pid: number, process?: BlankProcess): string | undefined {
  const canTell = process && !process.execed && !process.exit;
  if (!canTell && namespaceId(pid, 'uts') === undefined) return undefined;
  try {
    return asPlumbing(() => (canTell ? nodeName(process) : askInside(pid)));
  } catch {
    return undefined;
  }
}

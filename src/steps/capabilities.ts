/** Which of root's powers the container has – see capabilities(7). */
import {
  type CapabilitySets,
  capabilityMask,
  capabilityNames,
  capget,
  capset,
  lastCapability,
} from '../kernel/capabilities.ts';
import { PR } from '../kernel/constants.ts';
import { UsageError } from '../kernel/errors.ts';
import { statusOf } from '../kernel/proc.ts';
import { prctl } from '../kernel/process.ts';
import type { Capabilities } from '../spec/config.ts';
import { defaultCapabilities } from '../spec/defaults.ts';
import type { Box } from './box.ts';
import { codeOf, type Step } from './step.ts';

const PR_CAP_AMBIENT_RAISE = 2;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;

/** Drops from the bounding set what is not in it to be: no program, set-user-id or not, can ever have it again. */
function dropBounding(box: Box, keep: bigint): void {
  const numbers = Array.from({ length: lastCapability() + 1 }, (_, number) => number);
  const drops = numbers.filter((number) => ((keep >> BigInt(number)) & 1n) === 0n);
  box.process.chain(drops.map((number) => ({ name: 'prctl', args: [PR.CAPBSET_DROP, number, 0, 0, 0] })));
}

function raiseAmbient(box: Box, ambient: bigint): void {
  prctl(box.process, PR.CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
  for (let number = 0; number <= lastCapability(); number++) {
    if ((ambient >> BigInt(number)) & 1n) prctl(box.process, PR.CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number);
  }
}

/** What is asked for must be there to be given. */
function requirePermitted(wanted: bigint, have: CapabilitySets): void {
  const missing = capabilityNames(wanted & ~have.permitted);
  if (missing.length === 0) return;
  throw new UsageError(`${missing.join(', ')} cannot be given to the container: minidocker does not have it itself`, {
    remedy: 'leave it out, or start minidocker with it (see grep Cap /proc/self/status, capsh --decode)',
  });
}

/** Docker's fourteen, and none that a program could inherit. */
const usual: Capabilities = {
  bounding: [...defaultCapabilities],
  effective: [...defaultCapabilities],
  permitted: [...defaultCapabilities],
};

/** @param sets names as `CAP_CHOWN`, for each of the five sets; Docker's fourteen where nothing is said. */
export function capabilities(sets: Capabilities = usual): Step {
  const bounding = sets.bounding ?? [];
  return {
    name: 'capabilities',
    title: `keep ${bounding.length} of root's powers`,
    explain:
      'Root’s power comes in pieces: mounting, setting the clock, loading modules, opening every file. The container keeps a few. The bounding set is what any program in it can ever get; inheritable stays empty, for a program of an ordinary user would get those otherwise.',
    manual: ['capabilities(7)', 'capset(2)', 'prctl(2)'],
    calls: [
      'prctl(PR_CAPBSET_DROP, N) for each that is not kept',
      'prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)',
      `capset({effective, permitted: ${(sets.permitted ?? []).length} capabilities, inheritable: ${(sets.inheritable ?? []).length}})`,
      'prctl(PR_SET_KEEPCAPS, 0)',
    ],
    code: JSON.stringify(sets) === JSON.stringify(usual) ? codeOf('capabilities') : codeOf('capabilities', sets),
    check() {
      for (const names of Object.values(sets)) capabilityMask((names as string[] | undefined) ?? []);
    },
    apply(box) {
      const by = box.process;
      const [effective, permitted, inheritable] = [sets.effective, sets.permitted, sets.inheritable].map((it) =>
        capabilityMask(it ?? []),
      ) as [bigint, bigint, bigint];
      requirePermitted(effective | permitted, capget(by));
      dropBounding(box, capabilityMask(bounding));
      prctl(by, PR.CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
      capset(by, { effective, permitted, inheritable });
      if (sets.ambient?.length) raiseAmbient(box, capabilityMask(sets.ambient));
      prctl(by, PR.SET_KEEPCAPS, 0);
      prctl(by, PR.SET_DUMPABLE, 0);
    },
    observe(box) {
      const status = statusOf(box.process.pid);
      const names = (field: string): string =>
        capabilityNames(BigInt(`0x${status.get(field) || '0'}`))
          .map((it) => it.slice(4).toLowerCase())
          .join(' ');
      return {
        effective: names('CapEff'),
        permitted: names('CapPrm'),
        inheritable: names('CapInh'),
        bounding: names('CapBnd'),
        ambient: names('CapAmb'),
      };
    },
  };
}

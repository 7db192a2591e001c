/** A filter for system calls – see seccomp(2). */
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { statusOf } from '../kernel/proc.ts';
import { SECCOMP_FILTER_FLAG, setSeccompFilter } from '../kernel/seccomp.ts';
import type { Seccomp } from '../spec/config.ts';
import { defaultCapabilities } from '../spec/defaults.ts';
import { DEFAULT_PROFILE } from '../spec/seccomp-default.ts';
import { seccompFilter } from '../spec/seccomp-filter.ts';
import { resolveSeccomp } from '../spec/seccomp-profile.ts';
import { codeOf, type Step } from './step.ts';

const modes: Record<string, string> = { '0': 'none', '1': 'strict', '2': 'filter' };

/** What an ordinary container gets. */
const usual = (): Seccomp => resolveSeccomp(DEFAULT_PROFILE, { capabilities: defaultCapabilities });

/** @param config `linux.seccomp` of config.json; Docker's default for the usual capabilities where nothing is said. */
export function seccomp(config: Seccomp = usual()): Step {
  const names = new Set((config.syscalls ?? []).flatMap((it) => it.names));
  const flags = (config.flags ?? []).reduce(
    (bits, name) => bits | (SECCOMP_FILTER_FLAG[name as keyof typeof SECCOMP_FILTER_FLAG] ?? 0),
    0,
  );
  return {
    name: 'seccomp',
    title: `system calls: ${config.defaultAction.replace(/^SCMP_ACT_/, '').toLowerCase()} but for rules on ${names.size}`,
    explain:
      'The kernel has some four hundred doors, and a program needs a few of them. A filter, a small program that the kernel runs before each system call, refuses the rest: what can’t be called has no bug that could be used. It can never be taken off again. Installing one needs CAP_SYS_ADMIN (so it comes before the capabilities are dropped) or the no-new-privileges bit.',
    manual: ['seccomp(2)', 'seccomp_rule_add(3)', 'bpf(2)'],
    calls: ['seccomp(SECCOMP_SET_MODE_FILTER, 0, {len, filter})'],
    code: JSON.stringify(config) === JSON.stringify(usual()) ? codeOf('seccomp') : codeOf('seccomp', config),
    apply(box) {
      const { program, unknown } = seccompFilter(config);
      box.notes.set('seccomp', { instructions: program.length / 8, unknown: unknown.join(' ') || undefined });
      try {
        setSeccompFilter(box.process, program, flags);
      } catch (error) {
        if (!isRefusal(error, 'EACCES', 'EINVAL', 'ENOSYS')) throw error;
        throw new UsageError(`the seccomp filter cannot be installed (${error.code})`, {
          remedy:
            error.code === 'EACCES'
              ? 'set the no-new-privileges bit first, or keep CAP_SYS_ADMIN until then'
              : 'is this kernel built with CONFIG_SECCOMP_FILTER?',
          cause: error,
        });
      }
    },
    observe(box) {
      const status = statusOf(box.process.pid);
      const note = box.notes.get('seccomp') as { instructions: number; unknown?: string } | undefined;
      return {
        mode: modes[status.get('Seccomp') ?? ''],
        filters: Number(status.get('Seccomp_filters') ?? 0),
        instructions: note?.instructions,
        'unknown to libseccomp': note?.unknown,
      };
    },
  };
}

/** The label of a security module that was asked for: the last step announces it – see proc_pid_attr(5). */
import { type SyscallError, UsageError } from '../kernel/errors.ts';
import type { Announcement } from '../kernel/launcher.ts';
import type { SecurityModule } from '../kernel/security-modules.ts';
import type { Box } from './box.ts';

export interface Label extends Announcement {
  module: SecurityModule;
  /** As a person gave it. */
  label: string;
}

const NOTE = 'label';
/** As people write them. */
export const moduleNames = { apparmor: 'AppArmor', selinux: 'SELinux' };

/** Remembers it for the last step. */
export const announceLater = (box: Box, label: Label | undefined): void => void box.notes.set(NOTE, label);

/** The label that the program is going to have; undefined where none is asked for. */
export const labelOf = (box: Box): Label | undefined => box.notes.get(NOTE) as Label | undefined;

/** What the kernel means by refusing a label. */
export function labelRefusal({ module, label }: Label, error: SyscallError): UsageError {
  const text = JSON.stringify(label);
  if (module === 'apparmor' && error.code === 'ENOENT')
    return new UsageError(`--security-opt: the kernel has no AppArmor profile ${text}`, {
      remedy: 'see which there are with aa-status, or load it: apparmor_parser --replace FILE',
      cause: error,
    });
  if (module === 'selinux' && error.code === 'EINVAL')
    return new UsageError(`--security-opt: the SELinux policy has no context ${text}`, {
      remedy: 'write user:role:type:level, such as system_u:system_r:container_t:s0',
      cause: error,
    });
  return new UsageError(
    `--security-opt: ${moduleNames[module]} does not let a program have the label ${text} (${error.meaning})`,
    {
      remedy: 'see what it says in the kernel’s log: dmesg',
      cause: error,
    },
  );
}

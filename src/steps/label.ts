/** The label of a security module (AppArmor, SELinux) that the program is to have – see apparmor(7), selinux(8). */
import * as fs from 'node:fs';
import { O } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { close, open } from '../kernel/file.ts';
import { isActive, type SecurityModule } from '../kernel/security-modules.ts';
import { DEFAULT_APPARMOR } from '../spec/apparmor-default.ts';
import { loadDefaultProfile } from './apparmor-profile.ts';
import type { Box } from './box.ts';
import { requireKernelFile } from './kernel-file.ts';
import { codeOf, type Step } from './step.ts';

/** What the kernel does at execve is written here before. The file must be procfs: an image could have something else there. */
function announce(box: Box, path: string, text: string): void {
  const fd = open(box.process, path, O.WRONLY | O.CLOEXEC);
  try {
    requireKernelFile(box, path, fd);
    const bytes = Buffer.from(text);
    box.process.call('write', fd, bytes, bytes.length);
  } finally {
    close(box.process, fd);
  }
}

/** Announces an AppArmor profile. @throws UsageError where the kernel does not know it */
function announceProfile(box: Box, profile: string): void {
  if (profile === DEFAULT_APPARMOR) loadDefaultProfile();
  // The second one was there before Linux 5.8.
  for (const path of ['/proc/self/attr/apparmor/exec', '/proc/self/attr/exec']) {
    try {
      announce(box, path, `exec ${profile}`);
      return;
    } catch (error) {
      if (!isRefusal(error, 'ENOENT')) throw error;
    }
  }
  throw new UsageError(`--security-opt: the kernel has no AppArmor profile ${JSON.stringify(profile)}`, {
    remedy: 'see which there are with aa-status, or load it: apparmor_parser --replace FILE',
  });
}

/** @throws UsageError where the policy has no such context */
function announceContext(box: Box, context: string): void {
  try {
    announce(box, '/proc/self/attr/exec', context);
  } catch (error) {
    if (!isRefusal(error, 'EINVAL')) throw error;
    throw new UsageError(`--security-opt: the SELinux policy has no context ${JSON.stringify(context)}`, {
      remedy: 'write user:role:type:level, such as system_u:system_r:container_t:s0',
      cause: error,
    });
  }
}

const names = { apparmor: 'AppArmor', selinux: 'SELinux' };

/** @param module which one. @param label an AppArmor profile, or a SELinux context `user:role:type:level`. */
export function label(module: SecurityModule, label: string): Step {
  const text = module === 'apparmor' ? `exec ${label}` : label;
  const path = module === 'apparmor' ? '/proc/self/attr/apparmor/exec' : '/proc/self/attr/exec';
  return {
    name: module,
    title: `${names[module]}: ${label}`,
    explain:
      'A security module of the kernel decides beside users and capabilities, by rules of the administrator’s. The label is announced now and comes into force at execve.',
    manual: ['apparmor(7)', 'selinux(8)', 'proc_pid_attr(5)'],
    calls: [`write("${path}", "${text}")`],
    code: codeOf('label', module, label),
    check() {
      if (isActive(module)) return;
      throw new UsageError(
        `--security-opt: this host has no ${names[module]}, so ${JSON.stringify(label)} cannot be in force`,
        {
          remedy: 'leave it out',
        },
      );
    },
    apply(box) {
      if (module === 'apparmor') announceProfile(box, label);
      else announceContext(box, label);
    },
    observe(box) {
      try {
        return { label: fs.readFileSync(`/proc/${box.process.pid}/attr/exec`, 'utf8').replaceAll('\0', '').trim() };
      } catch {
        return { label: undefined };
      }
    },
  };
}

/** The label of a security module (AppArmor, SELinux) that the program is to have – see apparmor(7), selinux(8). */
import * as fs from 'node:fs';
import { O } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { close, open } from '../kernel/file.ts';
import type { Box } from './box.ts';
import { requireKernelFile } from './kernel-file.ts';
import { codeOf, type Step } from './step.ts';

type Module = 'apparmor' | 'selinux';

function isActive(module: Module): boolean {
  if (module === 'selinux') return fs.existsSync('/sys/fs/selinux/enforce');
  try {
    return fs.readFileSync('/sys/module/apparmor/parameters/enabled', 'utf8').startsWith('Y');
  } catch {
    return false;
  }
}

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

const names = { apparmor: 'AppArmor', selinux: 'SELinux' };

/** @param module which one. @param label an AppArmor profile, or a SELinux context `user:role:type:level`. */
export function label(module: Module, label: string): Step {
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
      try {
        announce(box, path, text);
      } catch (error) {
        if (module === 'apparmor' && isRefusal(error, 'ENOENT')) {
          // Before Linux 5.8, or the profile is missing: the older file tells which.
          announce(box, '/proc/self/attr/exec', text);
          return;
        }
        throw error;
      }
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

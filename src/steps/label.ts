/** The label of a security module (AppArmor, SELinux) that the program is to have – see apparmor(7), selinux(8). */
import * as fs from 'node:fs';
import { O } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { close, open } from '../kernel/file.ts';
import { readText } from '../kernel/files.ts';
import { isActive, type SecurityModule, setFileLabel } from '../kernel/security-modules.ts';
import { DEFAULT_APPARMOR } from '../spec/apparmor-default.ts';
import { announceLater, labelOf, moduleNames as names } from './announced-label.ts';
import { loadDefaultProfile } from './apparmor-profile.ts';
import type { Box } from './box.ts';
import { requireKernelFile } from './kernel-file.ts';
import { codeOf, type Step } from './step.ts';

/** Where it is announced, by its first name that there is. The second one of AppArmor's was there before Linux 5.8. */
const files = {
  apparmor: ['/proc/self/attr/apparmor/exec', '/proc/self/attr/exec'],
  selinux: ['/proc/self/attr/exec'],
} as const;

/** The file must be the kernel's: an image could have something else there, and the program would have no label. */
function fileFor(box: Box, module: SecurityModule): string {
  const path = files[module].find((it) => {
    try {
      const fd = open(box.process, it, O.WRONLY | O.CLOEXEC);
      try {
        requireKernelFile(box, it, fd);
      } finally {
        close(box.process, fd);
      }
      return true;
    } catch (error) {
      if (isRefusal(error, 'ENOENT')) return false;
      throw error;
    }
  });
  if (path !== undefined) return path;
  throw new UsageError(`--security-opt: there is no ${files[module][0]} in this container to announce a label by`, {
    remedy: 'mount /proc in it',
  });
}

/** What the program may not use it would find closed: a pipe to it gets the label of its files. */
function labelStreams(box: Box): void {
  const { mountLabel } = box.config.linux;
  if (!mountLabel) return;
  for (const fd of box.stdio) {
    if (fd === null || !fs.fstatSync(fd).isFIFO()) continue;
    try {
      setFileLabel(fd, mountLabel);
    } catch (error) {
      if (!isRefusal(error, 'EPERM', 'EACCES')) throw error; // It is somebody else's.
    }
  }
}

/** Undefined when the program has ended, or without a security module. */
function inForce(box: Box): string | undefined {
  try {
    return readText(`/proc/${box.process.pid}/attr/current`).replaceAll('\0', '').trim();
  } catch {
    return undefined;
  }
}

/** @param module which one. @param label an AppArmor profile, or a SELinux context `user:role:type:level`. */
export function label(module: SecurityModule, label: string): Step {
  const text = module === 'apparmor' ? `exec ${label}` : label;
  return {
    name: module,
    title: `${names[module]}: ${label}`,
    explain:
      'A security module of the kernel decides beside users and capabilities, by rules of the administrator’s. The process writes the label right before its last execve, by which it comes into force: what is made ready here is not subject to it.',
    manual: ['apparmor(7)', 'selinux(8)', 'proc_pid_attr(5)'],
    calls: [`write("${files[module][0]}", "${text}")`],
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
      if (label === DEFAULT_APPARMOR && module === 'apparmor') loadDefaultProfile();
      if (module === 'selinux') labelStreams(box);
      announceLater(box, { module, label, file: fileFor(box, module), text });
    },
    observe: (box) => ({ announced: labelOf(box)?.label, 'in force': inForce(box) }),
    undo: (box) => announceLater(box, undefined),
  };
}

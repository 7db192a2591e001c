/** Security modules of the kernel that go by labels – see apparmor(7), selinux(8), Documentation/admin-guide/LSM/index.rst. */
import { host } from './caller.ts';
import { isRefusal } from './errors.ts';
import { exists, readText } from './files.ts';

export type SecurityModule = 'apparmor' | 'selinux';

/** Is it in force on this host? */
export function isActive(module: SecurityModule): boolean {
  if (module === 'selinux') return exists('/sys/fs/selinux/enforce');
  const parameter = '/sys/module/apparmor/parameters/enabled';
  return exists(parameter) && readText(parameter).startsWith('Y');
}

/** Names of the AppArmor profiles that the kernel has; none where they cannot be read (not root, securityfs not mounted). */
export function loadedProfiles(): string[] {
  try {
    const lines = readText('/sys/kernel/security/apparmor/profiles').split('\n');
    return lines.map((it) => it.replace(/ \([a-z]+\)$/, '')).filter(Boolean);
  } catch {
    return [];
  }
}

/** Is there the program that gives profiles to the kernel? */
export const hasApparmorParser = (): boolean => ['/usr/sbin', '/sbin'].some((it) => exists(`${it}/apparmor_parser`));

/** Where SELinux keeps the label of a file – see xattr(7), "Security extended attributes". */
const ATTRIBUTE = 'security.selinux';

/**
 * Gives a file (a path, whose last link is not followed, or a descriptor) an SELinux label `user:role:type:level`. Nothing happens where its file system has no labels of its own.
 * @throws SyscallError: EINVAL where the policy has no such context – see lsetxattr(2)
 */
export function setFileLabel(file: string | number, label: string): void {
  const text = Buffer.from(`${label}\0`);
  try {
    if (typeof file === 'number') host.call('fsetxattr', file, ATTRIBUTE, text, text.length, 0);
    else host.call('lsetxattr', file, ATTRIBUTE, text, text.length, 0);
  } catch (error) {
    if (!isRefusal(error, 'EOPNOTSUPP')) throw error;
  }
}

/** Security modules of the kernel that go by labels – see apparmor(7), selinux(8), Documentation/admin-guide/LSM/index.rst. */
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

/**
 * Seccomp as configuration: `linux.seccomp` of the OCI runtime specification, and Docker's profile format, which adds conditions
 * (capabilities, processors, kernel version) and becomes the former once these are known – seccomp(2).
 */

import type { Seccomp, SeccompRule } from './config.ts';

/** When a rule of Docker's format holds. Processors have Go's names: amd64, arm64. */
export interface SeccompCondition {
  caps?: string[];
  arches?: string[];
  minKernel?: string;
}

export interface ProfileRule extends SeccompRule {
  comment?: string;
  includes?: SeccompCondition;
  excludes?: SeccompCondition;
}

/** Docker's profile format. */
export interface SeccompProfile extends Omit<Seccomp, 'syscalls'> {
  archMap?: { architecture: string; subArchitectures?: string[] | null }[];
  syscalls?: ProfileRule[];
}

export const SECCOMP_ACTIONS = [
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_LOG',
] as const;

export const SECCOMP_OPERATORS = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
] as const;

/** Flags of seccomp(2) that a profile may ask for. */
export const SECCOMP_FLAGS = [
  'SECCOMP_FILTER_FLAG_TSYNC',
  'SECCOMP_FILTER_FLAG_LOG',
  'SECCOMP_FILTER_FLAG_SPEC_ALLOW',
] as const;

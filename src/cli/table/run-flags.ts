/** The flags of run and create: what can be asked of a container. */
import type { Flag } from '../definition.ts';

export const containerFlags: readonly Flag[] = [
  { name: 'interactive', short: 'i', text: 'keep standard input open' },
  { name: 'tty', short: 't', text: 'give it a terminal of its own' },
  { name: 'name', value: 'NAME', text: 'call it so' },
  { name: 'rm', text: 'remove it when it has ended' },
  { name: 'hostname', short: 'h', value: 'NAME', text: 'its host name' },
  { name: 'env', short: 'e', value: 'NAME=VALUE', many: true, text: 'set a variable; NAME alone takes ours' },
  { name: 'workdir', short: 'w', value: 'DIRECTORY', text: 'begin there' },
  { name: 'volume', short: 'v', value: 'SOURCE:TARGET[:ro]', many: true, text: 'show a directory or file inside' },
  { name: 'read-only', text: 'its own files cannot be written' },
  { name: 'memory', short: 'm', value: 'SIZE', text: 'memory at most, as 64m' },
  { name: 'cpus', value: 'NUMBER', text: 'processors at most, as 1.5' },
  { name: 'pids-limit', value: 'NUMBER', text: 'processes and threads at most' },
];

/** Of this program alone: ways to look at what run does. */
export const lookingFlags: readonly Flag[] = [
  { name: 'dry-run', text: 'print the steps and their system calls; make nothing', own: true },
  { name: 'print-config', text: 'print the OCI runtime configuration; make nothing', own: true },
  { name: 'trace', text: 'print every system call with its duration', own: true },
  { name: 'step', text: 'pause before each step: go on, explain, difference, shell, abort', own: true },
  { name: 'rootless', text: 'without root, in a user namespace: one user, no limits', own: true },
];

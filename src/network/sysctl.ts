/**
 * Settings of a network namespace under /proc/sys/net, read and written by the caller, because the kernel shows
 * whoever opens such a file its own namespace. proc_sys_net(5), the kernel's Documentation/networking/ip-sysctl.rst.
 */
import type { Caller } from '../kernel/caller.ts';
import { AT } from '../kernel/constants.ts';
import { isRefusal } from '../kernel/errors.ts';
import { read, write } from '../kernel/file.ts';

/** @param name as sysctl(8) writes it, with slashes: "net/ipv4/ip_forward" */
export const readSysctl = (caller: Caller, name: string): string =>
  read(caller, AT.FDCWD, `/proc/sys/${name}`).toString().trim();

export const writeSysctl = (caller: Caller, name: string, value: string): void =>
  write(caller, `/proc/sys/${name}`, value);

/** Writes only where something else stands. @returns whether it had to */
export function ensureSysctl(caller: Caller, name: string, value: string): boolean {
  if (readSysctl(caller, name) === value) return false;
  writeSysctl(caller, name, value);
  return true;
}

/** Whether this kernel has the setting (IPv6 may be built out or switched off). */
export function hasSysctl(caller: Caller, name: string): boolean {
  try {
    readSysctl(caller, name);
    return true;
  } catch (error) {
    if (isRefusal(error, 'ENOENT')) return false;
    throw error;
  }
}

/**
 * Keeping a terminal: when its master side is closed everybody at it gets SIGHUP. So that it outlives a supervisor that is killed, a blank process holds a copy of the descriptor,
 * and the next supervisor takes it from there – see pty(7), pidfd_getfd(2).
 */
import * as fs from 'node:fs';
import { BlankProcess } from '../../kernel/blank-process.ts';
import { host } from '../../kernel/caller.ts';
import { isRefusal } from '../../kernel/errors.ts';
import { bootId, statOf } from '../../kernel/proc.ts';
import type { Keeper } from '../store/record.ts';
import { openProcess } from './pidfd.ts';

const SIGKILL = 9;

export function keep(master: number): Keeper {
  const { pid } = BlankProcess.spawn({ dieWithParent: false, keep: [master] });
  return { pid, startTime: statOf(pid)?.startTime ?? '', bootId: bootId(), fd: master };
}

/** @returns the descriptor, or undefined when the keeper is gone */
export function takeFromKeeper(keeper: Keeper): number | undefined {
  const pidfd = openProcess(keeper);
  if (pidfd === undefined) return undefined;
  try {
    return host.call('pidfd_getfd', pidfd, keeper.fd, 0);
  } finally {
    fs.closeSync(pidfd);
  }
}

/** Its container has ended, or could not be started. Safe to call twice. */
export function releaseKeeper(keeper: Keeper | undefined): undefined {
  const pidfd = keeper && openProcess(keeper);
  if (pidfd === undefined) return;
  try {
    host.call('pidfd_send_signal', pidfd, SIGKILL, null, 0);
  } catch (error) {
    if (!isRefusal(error, 'ESRCH')) throw error;
  } finally {
    fs.closeSync(pidfd);
  }
}

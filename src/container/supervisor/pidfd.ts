/** A process that is not our child, watched: when it ends its descriptor becomes readable, and a kernel since 6.15 also tells how it ended – see pidfd_open(2), ioctl_pidfd(2). */
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { host } from '../../kernel/caller.ts';
import { isRefusal } from '../../kernel/errors.ts';
import type { Exit } from '../../kernel/exits.ts';
import { asPlumbing } from '../../kernel/trace.ts';
import { lives, type Owner } from '../owner.ts';

/** _IOWR(0xff, 11, struct pidfd_info) of the first 64 bytes. */
const PIDFD_GET_INFO = 0xc040ff0b;
const PIDFD_INFO_EXIT = 8n;
const SIZE = 64;
const EXIT_CODE = 60;

/** @returns undefined when that very process has ended */
export function openProcess(who: Owner): number | undefined {
  try {
    const pidfd = asPlumbing(() => host.call('pidfd_open', who.pid, 0));
    if (lives(who)) return pidfd;
    fs.closeSync(pidfd);
    return undefined;
  } catch (error) {
    if (isRefusal(error, 'ESRCH', 'EINVAL')) return undefined;
    throw error;
  }
}

function askExit(pidfd: number): Exit | undefined {
  const info = Buffer.alloc(SIZE);
  info.writeBigUInt64LE(PIDFD_INFO_EXIT, 0);
  try {
    asPlumbing(() => host.call('ioctl', pidfd, PIDFD_GET_INFO, info));
  } catch (error) {
    if (isRefusal(error, 'ESRCH', 'EREMCHG', 'EINVAL', 'ENOTTY')) return undefined;
    throw error;
  }
  if ((info.readBigUInt64LE(0) & PIDFD_INFO_EXIT) === 0n) return undefined;
  return exitOf(info.readInt32LE(EXIT_CODE));
}

/** As wait(2) gives it. */
function exitOf(status: number): Exit {
  const signal = status & 0x7f;
  return signal === 0 ? { code: (status >> 8) & 0xff, signal: null } : { code: null, signal };
}

/** Nobody has waited for it yet: then the last field of its stat is how it ended – see proc_pid_stat(5). */
function exitOfZombie(who: Owner): Exit | undefined {
  const fields = readStat(who.pid);
  if (fields?.[START_TIME] !== who.startTime || fields[STATE] !== 'Z') return undefined;
  return exitOf(Number(fields[EXIT_STATUS]));
}

const [STATE, START_TIME, EXIT_STATUS] = [0, 19, 49];

/** The fields after the name. */
function readStat(pid: number): string[] | undefined {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text
      .slice(text.lastIndexOf(')') + 2)
      .trim()
      .split(' ');
  } catch {
    return undefined;
  }
}

/** How a process ended whose descriptor was opened while it lived. The kernel knows once its parent has waited for it. @returns undefined when nobody can tell */
export async function exitOfStranger(pidfd: number, who: Owner): Promise<Exit | undefined> {
  for (let tries = 0; tries < 40; tries++) {
    const exit = exitOfZombie(who) ?? askExit(pidfd);
    if (exit) return exit;
    await sleep(25);
  }
  return undefined;
}

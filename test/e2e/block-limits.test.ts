/** Limits that not every host has: then the command says so, by the flag's name, and makes nothing. */
import { existsSync, readdirSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { field, tidyUp } from './life.ts';
import { command, directoriesLeft, say } from './program.ts';

afterEach(tidyUp);

/** Either it works, and a file of the control group inside says so, or the refusal names the controller or the flag. */
async function worksOrSaysWhy(flags: string[], expected: RegExp, refusal: RegExp): Promise<void> {
  const files = 'grep -rs . /sys/fs/cgroup --include="memory.*" --include="blkio.*" --include="io.*" | head -500';
  const { code, stdout, stderr } = await command(['run', '--rm', ...flags, 'host', 'sh', '-c', files]);
  if (code === 0) expect(stdout).toMatch(expected);
  else {
    expect({ code, stderr }).toMatchObject({ code: 125, stderr: expect.stringMatching(refusal) });
    expect(directoriesLeft()).toEqual([]);
  }
}

const disk = existsSync('/sys/block') ? readdirSync('/sys/block').find((it) => existsSync(`/dev/${it}`)) : undefined;

describe('limits of some hosts', () => {
  it('--memory-swappiness, --oom-kill-disable', async () => {
    await worksOrSaysWhy(['--memory-swappiness', '10'], /memory\.swappiness:10$/m, /swappiness|memory/);
    await worksOrSaysWhy(['--oom-kill-disable', '-m', '64m'], /oom_kill_disable 1$/m, /oom|memory/i);
  });
  it('--blkio-weight, also by update', async () => {
    await worksOrSaysWhy(['--blkio-weight', '300'], /weight:(default )?300$|weight:/m, /weight|blkio|io/);
    await say('run -d --name disks host sleep 1000');
    const updated = await command(['update', '--blkio-weight', '300', 'disks']);
    if (updated.code !== 0)
      expect(updated).toMatchObject({ code: 1, stderr: expect.stringMatching(/weight|blkio|io/) });
    expect(await field('disks', '.State.Status')).toBe('running');
  });
  it.runIf(disk)('--device-read-bps, --device-write-bps, --device-read-iops, --device-write-iops', async () => {
    const device = `/dev/${disk}`;
    const flags = [
      ['--device-read-bps', `${device}:1mb`],
      ['--device-write-bps', `${device}:2mb`],
      ['--device-read-iops', `${device}:100`],
      ['--device-write-iops', `${device}:200`],
    ].flat();
    await worksOrSaysWhy(flags, /1048576/, /io|blkio|device/);
  });
});

/**
 * What the guests of this tier are for: a kernel with cgroup v2 and nothing else, whose limits bite, and an arm64 processor. Outside a
 * guest only the lists of what is to run in one are checked (`npm run test:vm` runs the rest inside).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { until, witness } from '../support.ts';

const guest = process.env.MINIDOCKER_GUEST;
const group = `/sys/fs/cgroup/mdt${process.pid}`;

/** Runs a shell script in the group and waits for it. */
const inGroup = (script: string) =>
  spawnSync('sh', ['-c', `echo $$ > ${group}/cgroup.procs; ${script}`], { encoding: 'utf8' });
const counter = (file: string, key: string): number =>
  Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(readFileSync(`${group}/${file}`, 'utf8'))?.[1]);

test.each(['amd64', 'arm64', 'selinux'])('each line of %s.list is a test file or folder', (processor) => {
  const lines = readFileSync(new URL(`${processor}.list`, import.meta.url), 'utf8').split('\n');
  const paths = lines.map((line) => line.replace(/#.*/, '').trim()).filter(Boolean);
  expect(paths).toContain('test/vm/guest.test.ts');
  expect(paths.filter((path) => !existsSync(new URL(`../../${path}`, import.meta.url)))).toEqual([]);
});

describe.runIf(guest)('the guest', () => {
  test('is the processor it was asked to be', () => {
    expect({ amd64: 'x64', arm64: 'arm64' }[guest ?? '']).toBe(process.arch);
    expect(witness('uname', '-m').trim()).toBe({ amd64: 'x86_64', arm64: 'aarch64' }[guest ?? '']);
  });

  test('has cgroup v2 alone, with its controllers', () => {
    expect(witness('stat', '-f', '-c', '%T', '/sys/fs/cgroup').trim()).toBe('cgroup2fs');
    expect(readFileSync('/proc/mounts', 'utf8')).not.toMatch(/ cgroup /);
    const controllers = readFileSync('/sys/fs/cgroup/cgroup.subtree_control', 'utf8').trim().split(' ');
    expect(controllers).toEqual(expect.arrayContaining(['cpu', 'cpuset', 'io', 'memory', 'pids']));
  });
});

describe.runIf(guest)('a limit bites', () => {
  afterEach(async () => {
    await until(() => counter('cgroup.events', 'populated') === 0);
    rmdirSync(group);
  });

  test('memory.max: the kernel kills a process that wants more', () => {
    mkdirSync(group);
    writeFileSync(`${group}/memory.max`, '32M');
    const hog = inGroup('head -c 100M /dev/zero | tail -n 1 > /dev/null'); // one line without an end: tail keeps it all
    expect(hog.status).toBe(128 + 9);
    expect(counter('memory.events', 'oom_kill')).toBe(1);
  });

  test('cpu.max: a busy process is throttled', () => {
    mkdirSync(group);
    writeFileSync(`${group}/cpu.max`, '10000 100000');
    inGroup(`until grep -q 'nr_throttled [1-9]' ${group}/cpu.stat; do :; done`);
    expect(counter('cpu.stat', 'nr_throttled')).toBeGreaterThan(0);
  });

  test('pids.max: no more processes than allowed', () => {
    mkdirSync(group);
    writeFileSync(`${group}/pids.max`, '1');
    expect(inGroup('(true) && echo forked').stdout).not.toContain('forked');
    expect(counter('pids.events', 'max')).toBeGreaterThan(0);
  });
});

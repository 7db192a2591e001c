/** The readers of /proc, beside ps(1), lsns(8), findmnt(8) and what the files themselves say. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { BlankProcess } from '../../src/kernel/blank-process.ts';
import { CLONE, MS, PR } from '../../src/kernel/constants.ts';
import { mount } from '../../src/kernel/mount.ts';
import { namespaceId, namespaceKinds } from '../../src/kernel/namespace.ts';
import { argumentsOf, bootId, cgroupsOf, isAlive, mountsOf, statOf, statusOf } from '../../src/kernel/proc.ts';
import { until, witness } from '../support.ts';

const born: BlankProcess[] = [];
afterEach(() => {
  for (const it of born.splice(0)) it.end();
});

function spawn(flags = 0): BlankProcess {
  const blank = BlankProcess.spawn({ flags });
  born.push(blank);
  return blank;
}

/** A process that ended and has not been waited for. */
const NOBODY = 4_194_303;

test('mounts, with names that have to be escaped', () => {
  const blank = spawn(CLONE.NEWNS);
  mount(blank, null, '/', null, MS.REC | MS.PRIVATE);
  mount(blank, 'tmpfs', '/mnt', 'tmpfs');
  const target = '/mnt/a b\tc\nd\\e#';
  blank.call('mkdirat', -100, target, 0o755);
  mount(blank, 'strange \\ name', target, 'tmpfs', MS.NOSUID | MS.NOEXEC, 'mode=700');
  const found = mountsOf(blank.pid).find((it) => it.target === target)!;
  expect(found).toMatchObject({ type: 'tmpfs', source: 'strange \\ name', root: '/', propagation: [] });
  expect(found.options).toEqual(expect.arrayContaining(['rw', 'nosuid', 'noexec']));
  expect(found.superOptions).toContain('mode=700');
  const seen = JSON.parse(
    witness('findmnt', '-J', '-l', '-N', String(blank.pid), '-o', 'ID,PARENT,TARGET,FSTYPE,PROPAGATION'),
  );
  const theirs = (seen.filesystems as { id: number; parent: number; fstype: string; target: string }[]).map((it) => [
    it.id,
    it.parent,
    it.fstype,
  ]);
  const ours = mountsOf(blank.pid).map((it) => [it.id, it.parent, it.type]);
  expect(ours.sort()).toEqual(theirs.sort());
});

test('propagation', () => {
  const blank = spawn(CLONE.NEWNS);
  mount(blank, null, '/', null, MS.REC | MS.PRIVATE);
  mount(blank, 'tmpfs', '/mnt', 'tmpfs');
  mount(blank, null, '/mnt', null, MS.SHARED);
  const propagation = (): string[] => mountsOf(blank.pid).find((it) => it.target === '/mnt')!.propagation;
  expect(propagation()).toEqual([expect.stringMatching(/^shared:\d+$/)]);
  mount(blank, null, '/mnt', null, MS.UNBINDABLE);
  expect(propagation()).toEqual(['unbindable']);
});

test('a process with a name made to confuse', () => {
  const blank = spawn();
  blank.call('prctl', PR.SET_NAME, 'a) R 1 (b', 0, 0, 0);
  blank.call('setsid');
  const stat = statOf(blank.pid)!;
  const [state, parent, group, session] = witness('ps', '-o', 'state=,ppid=,pgid=,sess=', '-p', String(blank.pid))
    .trim()
    .split(/\s+/);
  expect(stat).toMatchObject({ state, parent: Number(parent), group: Number(group), session: Number(session) });
  expect(statusOf(blank.pid).get('Name')).toBe('a) R 1 (b');
  expect(statusOf(blank.pid).get('PPid')).toBe(String(process.pid));
});

test('alive is this very process, and not a zombie', async () => {
  const blank = spawn();
  const { startTime } = statOf(blank.pid)!;
  expect(isAlive(blank.pid, startTime)).toBe(true);
  expect(isAlive(blank.pid, '1')).toBe(false);
  process.kill(blank.pid, 'SIGKILL');
  await until(() => !isAlive(blank.pid, startTime));
  await blank.ended;
  expect(statOf(blank.pid)).toBeUndefined();
});

test('who is not there: undefined or empty, no error', () => {
  expect([statOf(NOBODY), namespaceId(NOBODY, 'mnt')]).toEqual([undefined, undefined]);
  expect([mountsOf(NOBODY), argumentsOf(NOBODY), cgroupsOf(NOBODY), [...statusOf(NOBODY)]]).toEqual([[], [], [], []]);
});

test('arguments as they are', async () => {
  const blank = spawn();
  blank.exec(['/bin/sh'], ['sh', '-c', 'kill -STOP $$ # "x"', '', 'ü b\n'], []);
  await until(() => argumentsOf(blank.pid)[0] === 'sh');
  expect(argumentsOf(blank.pid)).toEqual(['sh', '-c', 'kill -STOP $$ # "x"', '', 'ü b\n']);
});

test('namespaces by their numbers', () => {
  const blank = spawn(CLONE.NEWUTS | CLONE.NEWNET);
  for (const kind of namespaceKinds.filter((it) => fs.existsSync(`/proc/self/ns/${it}`))) {
    expect(witness('stat', '-L', '-c', '%i', `/proc/${blank.pid}/ns/${kind}`).trim()).toBe(
      String(namespaceId(blank.pid, kind)),
    );
  }
  expect(witness('lsns', '-n', '-t', 'net', '-p', String(blank.pid), '-o', 'NS').trim()).toBe(
    String(namespaceId(blank.pid, 'net')),
  );
});

test('control groups and the machine’s start', () => {
  const lines = cgroupsOf('self').map((it) => `${it.controllers.join(',')}:${it.path}`);
  expect(lines).toEqual(
    witness('sh', '-c', `cat ${join('/proc', String(process.pid), 'cgroup')}`)
      .trim()
      .split('\n')
      .map((line) => line.replace(/^\d+:/, '')),
  );
  expect(bootId()).toBe(witness('cat', '/proc/sys/kernel/random/boot_id').trim());
});

/** Both ways into a group lead to the same place, in every hierarchy; /proc is the witness. */
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { layout } from '../../src/cgroup/layout.ts';
import { BlankProcess } from '../../src/kernel/blank-process.ts';
import { group } from './support.ts';

const born: BlankProcess[] = [];
afterEach(() => {
  for (const it of born.splice(0)) it.end();
});

/** The groups of a process in the hierarchies that we know. */
const groupsOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/cgroup`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(':')[2]!);

test('a blank process that is moved', () => {
  const made = group();
  const process = BlankProcess.spawn();
  born.push(process);
  made.join(process.pid);
  expect(groupsOf(process.pid).filter((it) => it === made.path)).toHaveLength(layout().hierarchies.length);
  expect(made.processes()).toEqual([process.pid]);
});

test('a child that is born inside, while its parent stays outside of v2', () => {
  const made = group();
  const parent = BlankProcess.spawn();
  const directory = made.receive(parent);
  const child = parent.fork(directory === undefined ? {} : { cgroup: directory });
  born.push(child, parent);
  expect(groupsOf(child.pid).filter((it) => it === made.path)).toHaveLength(layout().hierarchies.length);
  if (layout().kind !== 'v1') expect(made.processes()).toEqual([child.pid]);
  expect(child.call('getpid')).toBe(child.pid);
});

/** What the control-group tests share: groups that are removed whatever happens, and programs that start inside them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach } from 'vitest';
import { Cgroup } from '../../src/cgroup/cgroup.ts';
import type { Layout } from '../../src/cgroup/layout.ts';
import { cgroupPath } from '../../src/cgroup/path.ts';
import type { LinuxResources } from '../../src/spec/resources.ts';
import { until } from '../support.ts';

const groups: Cgroup[] = [];
let counter = 0;

/** A new group below this test file's own parent. */
export function group(resources?: LinuxResources, host?: Layout): Cgroup {
  const made = Cgroup.create(cgroupPath(`t${++counter}`), resources, host);
  groups.push(made);
  return made;
}

afterEach(async () => {
  for (const made of groups.splice(0)) {
    if (!Cgroup.exists(made.path)) continue;
    made.kill();
    await until(() => made.processes().length === 0, 20, 'the killed processes to go');
    made.remove();
  }
});

/** A shell program that has joined the group before its first command. */
export async function startIn(
  made: Cgroup,
  script: string,
): Promise<ChildProcess & { pid: number; ended: Promise<string> }> {
  const child = spawn('/bin/sh', ['-c', `read go; ${script}`], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise<string>((go) => child.on('exit', (code, signal) => go(signal ?? String(code))));
  made.join(child.pid!);
  child.stdin.write('\n');
  return Object.assign(child, { pid: child.pid!, ended });
}

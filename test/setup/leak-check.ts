/**
 * The check at the end of every run: whatever the tests made is gone again. Compares mounts, control groups, links, named network
 * namespaces, processes that carry this run's mark in their environment, and files in the run's own folder with how it was before.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Names of a test's own things begin so: cgroups, links, network namespaces. */
const OWN = /^mdt/;

/** The folder of a run, with six random characters behind it. */
const PREFIX = 'minidocker-test-run-';

/** What a program prints, whatever its status: find(1) fails when a directory goes while it looks. */
const lines = (command: string, args: string[]): string[] =>
  (spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).stdout ?? '')
    .split('\n')
    .filter(Boolean);

function cgroups(): string[] {
  return lines('find', ['/sys/fs/cgroup', '-mindepth', '1', '-type', 'd', '-name', 'mdt*']);
}

function mounts(run: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(run));
}

/** Any link of the machine: none may come or go. */
function links(): string[] {
  return readdirSync('/sys/class/net');
}

/** What of the machine itself no test may change. */
function machine(): string {
  const settings = ['kernel/hostname', 'net/ipv4/ip_forward'].map(
    (it) => `${it}=${readFileSync(`/proc/sys/${it}`, 'utf8').trim()}`,
  );
  return [...settings, ...lines('nft', ['list', 'tables'])].join(', ');
}

/** Groups, links and namespaces that carry the mark of another run, which goes on beside this one. */
function isOfAnotherRun(name: string, run: string): boolean {
  const others = readdirSync(tmpdir()).filter((it) => it.startsWith(PREFIX) && it !== basename(run));
  return others.some((it) => basename(name).startsWith(`mdt${it.slice(PREFIX.length)}`));
}

/** A test file of which every test is skipped leaves its empty folder. */
function isEmpty(path: string): boolean {
  return statSync(path).isDirectory() && readdirSync(path).every((it) => isEmpty(join(path, it)));
}

function namespaces(): string[] {
  return existsSync('/run/netns') ? readdirSync('/run/netns').filter((name) => OWN.test(name)) : [];
}

function processes(run: string): string[] {
  const mine = new Set([String(process.pid), String(process.ppid)]);
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || mine.has(pid)) return false;
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`MINIDOCKER_TEST_RUN=${run}`)) return false;
      // The runner's workers are its children. (A blank process of theirs has their command line, for it has their memory.)
      const isWorker = /\(vitest/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
      return !(
        isWorker && new RegExp(`^PPid:\\t${process.pid}$`, 'm').test(readFileSync(`/proc/${pid}/status`, 'latin1'))
      );
    } catch {
      return false;
    }
  });
}

const describe = (pid: string): string => {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 200)}`;
  } catch {
    return pid;
  }
};

export default function setup(): () => Promise<void> {
  const run = mkdtempSync(join(tmpdir(), PREFIX));
  // As /var/lib is: what keeps others out has to be our own.
  chmodSync(run, 0o711);
  process.env.MINIDOCKER_TEST_RUN = run;
  const before = new Set([...cgroups(), ...links(), ...namespaces()]);
  const machineBefore = machine();
  const isNew = (name: string): boolean => !before.has(name) && !isOfAnotherRun(name, run);
  const leaked = (): string[] => [
    ...cgroups()
      .filter(isNew)
      .map((it) => `cgroup ${it}`),
    ...mounts(run).map((it) => `mount ${it}`),
    ...links()
      .filter(isNew)
      .map((it) => `link ${it}`),
    ...namespaces()
      .filter(isNew)
      .map((it) => `network namespace ${it}`),
    ...(machine() === machineBefore ? [] : [`the machine was "${machineBefore}" and is "${machine()}"`]),
    ...processes(run).map((it) => `process ${describe(it)}`),
    ...readdirSync(run)
      .filter((it) => !/^(node-compile-cache|v8-compile-cache|tsx-)/.test(it) && !isEmpty(join(run, it)))
      .map((it) => `file ${join(run, it)}`),
  ];
  return async () => {
    // Workers of the test runner and processes that have just been killed need a moment to go.
    for (let tries = 0; leaked().length > 0 && tries < 50; tries++) await new Promise((go) => setTimeout(go, 200));
    const left = leaked();
    if (left.length > 0) {
      process.exitCode = 1;
      throw new Error(`leak check: left behind by the tests:\n  ${left.join('\n  ')}`);
    }
    rmSync(run, { recursive: true, force: true });
    console.log('leak check: nothing is left');
  };
}

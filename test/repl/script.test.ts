/** The program without a terminal: lines from standard input, and the tour. */
import { afterEach, expect, it } from 'vitest';
import { witness } from '../support.ts';
import { boxes, ended, groups, script, start } from './program.ts';

afterEach(() => {
  expect(boxes()).toEqual([]);
  expect(groups()).toEqual([]);
});

it('plays the tour: a container whose program says what it sees', async () => {
  const { status, stdout, stderr } = await script([], '--tour');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain('I am process 1, my host is called lab\nall processes that I see: /proc/1\nmy links: lo\n');
  expect(stdout).toMatch(/step 1 of \d+/);
  expect(stdout).toContain('Removed:');
});

it('exits with the status of the tour’s program', async () => {
  const { status } = await script([], '--tour', '--', 'sh', '-c', 'exit 7');
  expect(status).toBe(7);
});

it('goes back twice and forward again, on the real kernel', async () => {
  const uts = 'fs.readlinkSync("/proc/" + box.process.pid + "/ns/uts") === fs.readlinkSync("/proc/self/ns/uts")';
  const { status, stdout, stderr } = await script([
    'await box.apply(steps.namespace("mount"))',
    'await box.apply(steps.namespace("uts"))',
    'await box.apply(steps.hostname("zoo"))',
    `"shared before: " + (${uts})`,
    '.back 2',
    `"shared after: " + (${uts})`,
    'await box.apply(steps.namespace("uts"))',
    `"shared again: " + (${uts})`,
    'box.done.map((it) => it.name).join(" ")',
  ]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain('shared before: false');
  expect(stdout).toContain('shared after: true');
  expect(stdout).toContain('shared again: false');
  expect(stdout).toContain('mount-namespace uts-namespace');
});

it('makes what lsns and mountinfo show from outside', async () => {
  const { status, stdout, stderr } = await script([
    'for (const it of list.slice(0, -1)) await box.apply(it)',
    'const here = child_process.execFileSync("lsns", ["-n", "-o", "NS", "-p", String(process.pid)], { encoding: "utf8" }).split("\\n")',
    'const there = child_process.execFileSync("lsns", ["-n", "-o", "NS,TYPE", "-p", String(box.process.pid)], { encoding: "utf8" }).trim().split("\\n")',
    '"own: " + there.map((line) => line.trim().split(/ +/)).filter(([ns]) => !here.some((it) => it.includes(ns))).map(([, type]) => type).sort().join(" ")',
    '"first mount: " + fs.readFileSync("/proc/" + box.process.pid + "/mountinfo", "utf8").split("\\n")[0]',
    '"root: " + fs.readlinkSync("/proc/" + box.process.pid + "/root")',
  ]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain('own: cgroup ipc mnt net pid uts');
  expect(stdout).toMatch(/first mount: .* \/ \/ .* - overlay /);
  expect(stdout).toContain('root: /');
});

it('refuses what would touch the host, and says what to type', async () => {
  const mounts = witness('cat', '/proc/self/mountinfo');
  const early = await script(['await box.apply(steps.proc())', '"not reached"']);
  expect(early.status).toBe(1);
  expect(early.stderr).toContain("await box.apply(steps.namespace('mount'))");
  expect(early.stdout).not.toContain('not reached');
  const forkless = await script([
    "await box.apply(steps.namespace('pid'))",
    "await box.apply(steps.namespace('mount'))",
    'await box.apply(steps.private())',
    'await box.apply(steps.proc())',
  ]);
  expect(forkless.status).toBe(1);
  expect(forkless.stderr).toContain('await box.apply(steps.fork())');
  const pivot = await script(['await box.apply(steps.pivotRoot())']);
  expect(pivot.status).toBe(1);
  expect(pivot.stderr).toContain("await box.apply(steps.namespace('mount'))");
  expect(witness('cat', '/proc/self/mountinfo')).toBe(mounts);
});

it('can be forced where only the container would suffer, and nowhere else', async () => {
  const mounts = witness('cat', '/proc/self/mountinfo');
  const forced = await script([
    "await box.apply(steps.namespace('pid'))",
    "await box.apply(steps.namespace('mount'))",
    'await box.apply(steps.private())',
    'await box.apply(steps.proc({ force: true }))',
    'box.done.length',
  ]);
  expect(forced.stderr).toBe('');
  expect(forced.status).toBe(0);
  expect(forced.stdout).toMatch(/^4$/m);
  const refused = await script(['await box.apply(steps.proc({ force: true }))']);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('would act on the host');
  expect(witness('cat', '/proc/self/mountinfo')).toBe(mounts);
});

it('traces the calls that are made, in the form of strace', async () => {
  const { stdout } = await script([
    '.trace on',
    '.next',
    "await box.apply(steps.namespace('uts'))",
    '.trace off',
    '.map',
  ]);
  expect(stdout).toMatch(/^\[blank \d+\] unshare\(CLONE_NEWUTS\) = 0 <\d/m);
  expect(stdout).not.toMatch(/^\[blank \d+\] uname/m);
});

it('stops at the first error: an unknown command, a throw, unfinished code, a promise nobody awaited', async () => {
  const cases: [line: string, said: string][] = [
    ['.nonsense', '.nonsense is no command'],
    ['missing.thing', 'missing is not defined'],
    ['await Promise.reject(new Error("late"))', 'late'],
    ['f(', 'not finished'],
    ['.back 3', 'no step is done yet'],
    ['.explain nonsense', 'no step of the list'],
    ['host.call("mount", "a", "/missing", "proc", 0, null)', 'ENOENT'],
  ];
  for (const [line, said] of cases) {
    const { status, stderr, stdout } = await script([line, '"not" + " reached"']);
    expect([line, status]).toEqual([line, 1]);
    expect(stderr).toContain(said);
    expect(stdout).not.toContain('not reached');
  }
});

it('says what a broken command line lacks', async () => {
  const { status, stderr } = await script([], '--nonsense');
  expect(status).toBe(2);
  expect(stderr).toContain('--nonsense');
  const image = await script([], '--image', 'missing');
  expect(image.status).toBe(125);
  expect(image.stderr).toContain('there is no image');
});

it('leaves nothing behind after SIGTERM, SIGHUP and SIGINT', async () => {
  for (const [signal, status] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const) {
    const child = start();
    const over = ended(child);
    child.stdin!.write('.next\n.next\n.next\n"ready"\n');
    await new Promise<void>((ready) => child.stdout!.on('data', (text) => String(text).includes('ready') && ready()));
    child.kill(signal);
    const { status: found, stdout } = await over;
    expect(found).toBe(status);
    expect(stdout).toContain('Removed:');
    expect(boxes()).toEqual([]);
  }
});

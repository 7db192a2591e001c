/** The trace tells the truth: the same session under strace(1), call by call. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { host } from '../../src/kernel/caller.ts';
import { asPlumbing, formatTrace, onTrace, type TraceEvent } from '../../src/kernel/trace.ts';

const folder = fs.mkdtempSync(join(process.env.TMPDIR!, 'trace-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const canTrace = (() => {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

interface Session {
  pids: number[];
  events: TraceEvent[];
}

function underStrace(): { session: Session; lines: string[] } {
  const output = join(folder, 'strace');
  const place = join(folder, 'place');
  fs.mkdirSync(place);
  const script = fileURLToPath(new URL('session.ts', import.meta.url));
  // Only what the session makes: strace slows down every call that it looks at.
  const calls =
    'unshare,mount,sethostname,mkdirat,mknodat,symlinkat,pivot_root,umount2,openat,fchdir,close,chdir,unlinkat,prctl,setsid,clone,setresgid,setresuid,faccessat,execve';
  const command = ['-f', '-qq', '-s', '64', '--seccomp-bpf', '-e', `trace=${calls}`, '-e', 'signal=none', '-o', output];
  const json = execFileSync('strace', [...command, process.execPath, '--import', 'tsx', script, place], {
    encoding: 'utf8',
  });
  return { session: JSON.parse(json), lines: fs.readFileSync(output, 'utf8').split('\n') };
}

/** `unshare(CLONE_NEWNS) = 0`, with the differences taken out that are a matter of taste. */
const plain = (text: string): string =>
  text
    .replace(/\s+= /, ' = ')
    .replace(/ \([A-Z].*\)$/, '')
    .replace(/ <[\d.]+>$/, '');

/** strace writes the bits of a word in its own order. */
const sortFlags = (text: string): string =>
  text.replace(/\b[A-Z_]+(\|[A-Z_0-9]+)+\b/g, (flags) => flags.split('|').sort().join('|'));

/** A call that another one came between is told in two halves. */
function whole(lines: readonly string[]): string[] {
  const told: string[] = [];
  for (const line of lines) {
    const rest = /^<\.\.\. \w+ resumed>(.*)$/.exec(line)?.[1];
    if (rest === undefined) told.push(line);
    else told.push(told.pop()?.replace(/ <unfinished \.\.\.>$/, '') + rest);
  }
  return told;
}

/** The environment and unused arguments are told differently. */
const unify = (text: string): string =>
  sortFlags(text)
    .replace(/0x[0-9a-f]+ (\/\* \d+ vars \*\/)/, '$1')
    .replace(/(PR_SET_NO_NEW_PRIVS), 1, 0, 0, 0/, '$1, 1, 0, 0, 0')
    .replace('PR_SET_PDEATHSIG, SIGKILL', 'PR_SET_PDEATHSIG, 9, 0, 0, 0')
    .replace('0666|S_IFCHR', '020666')
    .replace('makedev(0x1, 0x3)', 'makedev(1, 3)')
    .replace('|O_RDONLY', '')
    .replace(/(O_PATH.*), 0\)/, '$1)');

test.skipIf(!canTrace)('the same session, told by strace', () => {
  const { session, lines } = underStrace();
  for (const pid of session.pids) {
    const own = lines.filter((line) => line.startsWith(`${pid} `)).map((line) => line.slice(String(pid).length).trim());
    const theirs = whole(own).map((line) => unify(plain(line)));
    const ours = session.events
      .filter((it) => it.who === `blank ${pid}` && it.call !== 'clone' && !it.plumbing)
      .map((it) => unify(plain(formatTrace(it).replace(/^\[.*?\] /, ''))));
    expect(ours.length).toBeGreaterThan(3);
    // What a birth does is there for strace, and plumbing for us; and what the program does after execve is its own.
    const program = theirs.findIndex((line) => line.startsWith('execve') && line.endsWith(' = 0'));
    const lived = (program === -1 ? theirs : theirs.slice(0, program + 1)).filter(
      (line, i) => !/DUMPABLE|^clone|^\+\+\+/.test(line) && !(i === 0 && line.includes('PDEATHSIG')),
    );
    expect(ours).toEqual(lived);
  }
});

test('who does not listen is told nothing; who does, until it ends', () => {
  const heard: TraceEvent[] = [];
  host.call('getpid');
  const stop = onTrace((event) => heard.push(event));
  host.call('getpid');
  asPlumbing(() => host.call('getppid'));
  stop();
  host.call('getpid');
  expect(heard.map((it) => [it.who, it.call, it.result, it.plumbing ?? false])).toEqual([
    ['node', 'getpid', process.pid, false],
    ['node', 'getppid', process.ppid, true],
  ]);
  expect(heard[0]!.micros).toBeGreaterThan(0);
});

test('a refusal is told with its code', () => {
  const heard: TraceEvent[] = [];
  const stop = onTrace((event) => heard.push(event));
  expect(() => host.call('chdir', '/no/such')).toThrow();
  stop();
  expect(formatTrace({ ...heard[0]!, micros: 41 })).toBe('[node] chdir("/no/such") = -1 ENOENT <0.000041>');
});

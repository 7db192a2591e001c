/** The blank process: born, told, forked, turned into a program, ended – each looked at from outside. */
import * as fs from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import { BlankProcess, type SpawnOptions, StillRunningError } from '../../src/kernel/blank-process.ts';
import { host } from '../../src/kernel/caller.ts';
import { CLONE, O, PR } from '../../src/kernel/constants.ts';
import { SyscallError } from '../../src/kernel/errors.ts';
import { launcherDescriptor } from '../../src/kernel/launcher.ts';
import { statusOf } from '../../src/kernel/proc.ts';
import { until, witness } from '../support.ts';

const born: BlankProcess[] = [];

function spawn(options: SpawnOptions = {}): BlankProcess {
  const blank = BlankProcess.spawn(options);
  born.push(blank);
  return blank;
}

function fork(blank: BlankProcess): BlankProcess {
  const child = blank.fork();
  born.push(child);
  return child;
}

afterEach(() => {
  for (const it of born.splice(0)) it.end();
});

const openDescriptors = (): number => fs.readdirSync('/proc/self/fd').length;
const descriptorsOf = (pid: number): string[] => witness('ls', `/proc/${pid}/fd`).split('\n').filter(Boolean);
const ps = (pid: number, field: string): string => witness('ps', '-o', `${field}=`, '-p', String(pid)).trim();
/** The ends of a pipe of Node's. */
function pipe(): [read: number, write: number] {
  const fds = new Uint8Array(8);
  host.call('pipe2', fds, O.CLOEXEC);
  const view = new DataView(fds.buffer);
  return [view.getInt32(0, true), view.getInt32(4, true)];
}

describe('birth', () => {
  test('a real process with one thread, a child of Node', () => {
    const blank = spawn();
    expect(blank.call('getpid')).toBe(blank.pid);
    expect(Number(ps(blank.pid, 'ppid'))).toBe(process.pid);
    expect(ps(blank.pid, 'nlwp')).toBe('1');
  });

  test('in the namespaces it is born into, and in no other new one', () => {
    const blank = spawn({ flags: CLONE.NEWUTS | CLONE.NEWPID });
    const link = (pid: number, kind: string): string => witness('readlink', `/proc/${pid}/ns/${kind}`);
    for (const kind of ['uts', 'pid']) expect(link(blank.pid, kind)).not.toBe(link(process.pid, kind));
    for (const kind of ['mnt', 'net', 'ipc', 'user']) expect(link(blank.pid, kind)).toBe(link(process.pid, kind));
    expect(blank.call('getpid')).toBe(1);
  });

  test('without any descriptor of Node’s but 0, 1, 2 and those it is to keep', () => {
    const [read, write] = pipe();
    // The sealed program that it will end with is the one exception.
    const others = (pid: number): string[] =>
      descriptorsOf(pid).filter((it) => Number(it) > 2 && it !== String(launcherDescriptor()));
    try {
      expect(others(spawn().pid)).toEqual([]);
      expect(others(spawn({ keep: [write] }).pid)).toEqual([String(write)]);
    } finally {
      for (const fd of [read, write]) fs.closeSync(fd);
    }
  });

  test('closed to ptrace and /proc by others: it shares Node’s memory', () => {
    expect(spawn().call('prctl', PR.GET_DUMPABLE, 0, 0, 0, 0)).toBe(0);
  });

  test('a birth that the kernel refuses is a SyscallError, and leaves nothing', () => {
    const before = openDescriptors();
    // A thread group cannot be shared without sharing the signal handlers: EINVAL.
    expect(() => BlankProcess.spawn({ flags: CLONE.THREAD })).toThrow(SyscallError);
    expect(openDescriptors()).toBe(before);
  });
});

describe('calls', () => {
  test('strings and bytes go in, bytes come out', () => {
    const blank = spawn({ flags: CLONE.NEWUTS });
    blank.call('sethostname', 'é-lab', Buffer.byteLength('é-lab'));
    const uts = Buffer.alloc(390);
    blank.call('uname', uts);
    expect(uts.toString('utf8', 65, uts.indexOf(0, 65))).toBe('é-lab');
    expect(witness('nsenter', '-t', String(blank.pid), '-u', 'uname', '-n').trim()).toBe('é-lab');
  });

  test('a refusal is a SyscallError, and the process answers on', () => {
    const blank = spawn();
    expect(() => blank.call('chdir', '/no/such/place')).toThrow(/chdir\("\/no\/such\/place"\) = -1 ENOENT/);
    expect(blank.call('getpid')).toBe(blank.pid);
  });

  test('an argument larger than a chunk of memory', () => {
    const blank = spawn();
    const [read, write] = pipe();
    const keeper = spawn({ keep: [write] });
    const large = Buffer.alloc(300_000, 'x');
    keeper.call('fcntl', write, 4, O.NONBLOCK);
    const written = keeper.call('write', write, large, large.length);
    expect(written).toBeGreaterThan(0);
    expect(fs.readSync(read, Buffer.alloc(written))).toBe(written);
    for (const fd of [read, write]) fs.closeSync(fd);
    expect(blank.call('getpid')).toBe(blank.pid);
  });

  test('ten thousand calls with strings', () => {
    const blank = spawn();
    for (let i = 0; i < 10_000; i++) blank.call('chdir', i % 2 ? '/usr' : '/proc');
    expect(witness('readlink', `/proc/${blank.pid}/cwd`).trim()).toBe('/usr');
  });

  test('a call that takes long is awaited aside, and another is refused meanwhile', async () => {
    const [read, write] = pipe();
    const blank = spawn({ keep: [read] });
    const bytes = new Uint8Array(4);
    const reading = blank.callAside('read', read, bytes, 4);
    expect(() => blank.call('getpid')).toThrow(StillRunningError);
    fs.writeSync(write, 'four');
    expect(await reading).toBe(4);
    expect(Buffer.from(bytes).toString()).toBe('four');
    expect(blank.call('getpid')).toBe(blank.pid);
    for (const fd of [read, write]) fs.closeSync(fd);
  });

  test('memory is where it was after garbage was collected', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const blank = spawn();
    for (let i = 0; i < 20; i++) {
      Array.from({ length: 10_000 }, () => Buffer.alloc(64));
      collect();
      blank.call('chdir', i % 2 ? '/usr' : '/proc');
      const child = fork(blank);
      collect();
      expect(child.call('getpid')).toBe(child.pid);
    }
    expect(witness('readlink', `/proc/${blank.pid}/cwd`).trim()).toBe('/usr');
  });
});

describe('chains', () => {
  test('each keeps its own result', () => {
    const blank = spawn();
    expect(blank.chain([])).toEqual([]);
    const results = blank.chain([
      { name: 'getpid', args: [] },
      { name: 'chdir', args: ['/usr'] },
      { name: 'openat', args: [-100, 'bin', O.PATH | O.CLOEXEC, 0] },
    ]);
    expect(results).toEqual([blank.pid, 0, 3]);
    expect(witness('readlink', `/proc/${blank.pid}/fd/3`).trim()).toBe(fs.realpathSync('/usr/bin'));
  });

  test('the first refusal ends it: what comes after is not made', () => {
    const blank = spawn();
    const chain = () =>
      blank.chain([
        { name: 'chdir', args: ['/usr'] },
        { name: 'chdir', args: ['/no/such/place'] },
        { name: 'chdir', args: ['/proc'] },
      ]);
    expect(chain).toThrow(/no\/such\/place.*ENOENT/);
    expect(witness('readlink', `/proc/${blank.pid}/cwd`).trim()).toBe('/usr');
  });

  test('a refusal that may be does not end it', () => {
    const blank = spawn();
    const [refused, made] = blank.chain([
      { name: 'chdir', args: ['/no/such/place'], mayFail: true },
      { name: 'chdir', args: ['/usr'] },
    ]);
    expect([refused, made]).toEqual([-2, 0]);
    expect(witness('readlink', `/proc/${blank.pid}/cwd`).trim()).toBe('/usr');
  });
});

describe('calls for whose answer nobody waits', () => {
  const open = (blank: BlankProcess): number => blank.call('openat', -100, '/usr', O.PATH, 0);

  test('are made right before the next call, in their order; a refusal is passed over', () => {
    const blank = spawn();
    const fd = open(blank);
    blank.later('close', fd);
    blank.later('close', 999);
    expect(descriptorsOf(blank.pid)).toContain(String(fd));
    expect(open(blank)).toBe(fd);
    expect(blank.chain([{ name: 'getpid', args: [] }])).toEqual([blank.pid]);
  });

  test('are made before a fork, and when that is asked for', () => {
    const blank = spawn();
    const fd = open(blank);
    blank.later('close', fd);
    const child = fork(blank);
    for (const { pid } of [blank, child]) expect(descriptorsOf(pid)).not.toContain(String(fd));
    blank.later('close', open(blank));
    blank.settle();
    expect(descriptorsOf(blank.pid)).not.toContain(String(fd));
  });
});

describe('forks', () => {
  test('the child is Node’s, in the parent’s namespaces, with copies of its descriptors', () => {
    const blank = spawn({ flags: CLONE.NEWUTS });
    blank.call('openat', -100, '/usr', O.PATH, 0);
    const child = fork(blank);
    expect(Number(ps(child.pid, 'ppid'))).toBe(process.pid);
    expect(witness('readlink', `/proc/${child.pid}/ns/uts`)).toBe(witness('readlink', `/proc/${blank.pid}/ns/uts`));
    expect(witness('readlink', `/proc/${child.pid}/fd/3`).trim()).toBe('/usr');
    child.call('chdir', '/usr');
    blank.call('chdir', '/proc');
    expect(witness('readlink', `/proc/${child.pid}/cwd`).trim()).toBe('/usr');
  });

  test('the first child in a new pid namespace is process 1, and its end ends the others', async () => {
    const blank = spawn();
    blank.call('unshare', CLONE.NEWPID);
    const [first, second] = [fork(blank), fork(blank)];
    expect(first.call('getpid')).toBe(1);
    expect(second.call('getpid')).toBe(2);
    expect(witness('grep', 'NSpid', `/proc/${second.pid}/status`)).toMatch(/\t2\n$/);
    first.end();
    expect(await second.ended).toEqual({ code: null, signal: 9 });
    expect(() => blank.fork()).toThrow(/ENOMEM/);
  });

  test('a child goes on when its parent has ended', () => {
    const blank = spawn();
    const child = fork(blank);
    blank.end();
    expect(fork(child).call('chdir', '/usr')).toBe(0);
    expect(child.call('getpid')).toBe(child.pid);
  });
});

describe('becoming a program', () => {
  test('arguments, environment, output, exit code', async () => {
    const [read, write] = pipe();
    const blank = spawn({ keep: [write] });
    blank.call('dup3', write, 1, 0);
    fs.closeSync(write);
    blank.exec(['/bin/sh'], ['sh', '-c', 'echo "$0 $1 $NAME"; exit 7', 'a b', 'ü'], ['NAME=x=y']);
    expect(blank.execed).toBe(true);
    expect(await blank.ended).toEqual({ code: 7, signal: null });
    expect(blank.exit).toEqual({ code: 7, signal: null });
    expect(fs.readFileSync(read, 'utf8')).toBe('a b ü x=y\n');
    fs.closeSync(read);
    expect(() => blank.call('getpid')).toThrow(/no blank process any more/);
  });

  test('signals are as a program expects them: none blocked, none ignored', async () => {
    const blank = spawn();
    blank.exec(['/bin/sleep'], ['sleep', '1000'], []);
    await until(() => witness('cat', `/proc/${blank.pid}/comm`).trim() === 'sleep');
    const status = statusOf(blank.pid);
    for (const field of ['SigBlk', 'SigIgn', 'SigCgt'])
      expect(`${field} ${status.get(field)}`).toBe(`${field} ${'0'.repeat(16)}`);
    blank.kill(15);
    expect(await blank.ended).toEqual({ code: null, signal: 15 });
  });

  test('the first path that is there is taken', async () => {
    const blank = spawn();
    blank.exec(['/no/true', '/bin/true'], ['true'], []);
    expect(await blank.ended).toEqual({ code: 0, signal: null });
  });

  test('where none is, it stays blank; EACCES says more than ENOENT', () => {
    const blank = spawn();
    expect(() => blank.exec(['/no/such', '/no/other'], ['x'], [])).toThrow(/ENOENT/);
    expect(() => blank.exec(['/no/such', '/etc/passwd', '/no/other'], ['x'], [])).toThrow(/etc\/passwd.*EACCES/);
    expect(blank.execed).toBe(false);
    expect(blank.call('getpid')).toBe(blank.pid);
  });
});

describe('the end', () => {
  test('killed by us, by others, twice', async () => {
    const [mine, others] = [spawn(), spawn()];
    mine.end();
    mine.end();
    mine.kill();
    expect(mine.exit).toEqual({ code: null, signal: 9 });
    process.kill(others.pid, 'SIGKILL');
    expect(await others.ended).toEqual({ code: null, signal: 9 });
    expect(() => others.call('getpid')).toThrow(/is gone/);
    for (const { pid } of [mine, others]) expect(fs.existsSync(`/proc/${pid}`)).toBe(false);
  });

  test('a process that dies in the middle of a call is told apart from one that is slow', () => {
    const blank = spawn();
    expect(() => blank.call('exit_group', 3)).toThrow(/is gone/);
  });

  test('two hundred at once, and no descriptor is left of them', async () => {
    const before = openDescriptors();
    const many = Array.from({ length: 200 }, () => spawn());
    expect(many.map((it) => it.call('getpid'))).toEqual(many.map((it) => it.pid));
    expect(new Set(many.map((it) => it.pid)).size).toBe(200);
    for (const it of many) it.kill();
    await Promise.all(many.map((it) => it.ended));
    expect(openDescriptors()).toBe(before);
  });
});

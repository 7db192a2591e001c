/** The whole list, looked at by others: lsns(8), nsenter(1), ip(8), stat(2) and /proc read from outside. */
import * as fs from 'node:fs';
import { makeBox, steps } from 'minidocker';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mountsOf, statusOf } from '../../src/kernel/proc.ts';
import { until, witness } from '../support.ts';

let made: ReturnType<typeof makeBox>;

afterEach(async () => {
  await made.remove();
});

/** Runs a program in the container's namespaces, from outside. */
const inside = (...command: string[]): string =>
  witness('nsenter', '-t', String(made.box.process.pid), '-a', ...command);

describe('a container of the image host', () => {
  beforeEach(async () => {
    made = makeBox({ image: 'host', hostname: 'lab', command: ['sleep', '1000'], memory: '64m', pidsLimit: 20 });
    for (const step of made.steps) await made.box.apply(step);
    await until(() => fs.readFileSync(`/proc/${made.box.process.pid}/comm`, 'utf8') === 'sleep\n');
  });

  test('has namespaces of its own, as lsns and stat see it', () => {
    const { pid } = made.box.process;
    const kinds = witness('lsns', '-n', '-o', 'TYPE', '-p', String(pid)).trim().split(/\s+/);
    for (const kind of ['mnt', 'uts', 'ipc', 'pid', 'net', 'cgroup']) {
      expect(fs.readlinkSync(`/proc/${pid}/ns/${kind}`)).not.toBe(fs.readlinkSync(`/proc/self/ns/${kind}`));
      const [ours, theirs] = [pid, process.pid].map((it) =>
        witness('stat', '-L', '-c', '%i', `/proc/${it}/ns/${kind}`),
      );
      expect(ours).not.toBe(theirs);
      expect(kinds).toContain(kind);
    }
  });

  test('is process 1, and sees itself only', () => {
    expect(statusOf(made.box.process.pid).get('NSpid')?.split('\t').at(-1)).toBe('1');
    expect(inside('ps', '-e', '-o', 'pid=,comm=').trim().split('\n')).toHaveLength(2);
  });

  test('has its own host name, and the host keeps its', () => {
    expect(inside('hostname').trim()).toBe('lab');
    expect(witness('hostname').trim()).not.toBe('lab');
  });

  test('sees none of the host’s mounts', () => {
    const mounts = mountsOf(made.box.process.pid);
    expect(mounts[0]).toMatchObject({ target: '/', type: 'overlay' });
    const types = new Map(mounts.map((it) => [it.target, it.type]));
    expect(types.get('/proc')).toBe('proc');
    expect(types.get('/dev')).toBe('tmpfs');
    expect(types.get('/dev/pts')).toBe('devpts');
    expect(types.get('/dev/mqueue')).toBe('mqueue');
    expect(types.get('/sys')).toBe('sysfs');
    expect(mounts.filter((it) => it.propagation.some((word) => word.startsWith('shared')))).toEqual([]);
  });

  test('has the usual devices and no other', () => {
    expect(inside('stat', '-c', '%t:%T', '/dev/null', '/dev/urandom', '/dev/tty').trim().split('\n')).toEqual([
      '1:3',
      '1:9',
      '5:0',
    ]);
    expect(inside('find', '/dev', '-type', 'b').trim()).toBe('');
  });

  test('loopback is up', () => {
    const [link] = JSON.parse(inside('ip', '-j', 'link', 'show', 'lo'));
    expect(link.flags).toContain('UP');
  });

  test('shows the system, not its people', () => {
    expect(inside('ls', '-A', '/root', '/home').trim()).toBe('/home:\n\n/root:');
    expect(inside('cat', '/etc/shadow')).toBe('');
    expect(inside('cat', '/etc/os-release')).toBe(fs.readFileSync('/etc/os-release', 'utf8'));
  });

  test('writes to its own layer, not to the host', () => {
    inside('touch', '/etc/written-by-the-container');
    expect(fs.existsSync('/etc/written-by-the-container')).toBe(false);
  });

  test('is in a control group with the limits that were asked for', () => {
    const read = (v1: string, v2: string): string => {
      const line = fs.readFileSync(`/proc/${made.box.process.pid}/cgroup`, 'utf8').split('\n');
      const controller = v1.split('.')[0]!;
      const old = line.find((it) => it.split(':')[1]?.split(',').includes(controller));
      const path = old
        ? `/sys/fs/cgroup/${controller}${old.split(':')[2]}/${v1}`
        : `/sys/fs/cgroup${line.find((it) => it.startsWith('0::'))?.slice(3)}/${v2}`;
      return fs.readFileSync(path, 'utf8').trim();
    };
    expect(read('memory.limit_in_bytes', 'memory.max')).toBe(String(64 * 2 ** 20));
    expect(read('pids.max', 'pids.max')).toBe('20');
  });

  test('leaves no descriptor of ours open inside', async () => {
    // The dynamic loader has a library open for a moment.
    const open = (): string[] => fs.readdirSync(`/proc/${made.box.process.pid}/fd`).filter((it) => Number(it) > 2);
    await until(() => open().length === 0, 10, 'no descriptor above 2');
  });

  test('every step can tell what it did', () => {
    for (const step of made.steps) {
      expect(step.explain.length).toBeGreaterThan(30);
      expect(step.manual[0]).toMatch(/\(\d\)/);
      expect(step.calls.length).toBeGreaterThan(0);
      expect(step.code).toMatch(/^steps\./);
    }
  });
});

describe('step by step', () => {
  beforeEach(() => {
    made = makeBox({ image: 'busybox', hostname: 'lab', command: ['true'] });
  });

  const upTo = async (name: string): Promise<void> => {
    for (const step of made.steps) {
      if (step.name === name) return;
      await made.box.apply(step);
    }
  };

  test('observe tells what each step changed', async () => {
    for (const step of made.steps) {
      await made.box.apply(step);
      if (step.name !== 'program') expect(Object.keys(step.observe(made.box)).length).toBeGreaterThan(0);
      if (step.name === 'hostname') expect(step.observe(made.box)).toMatchObject({ container: 'lab' });
      if (step.name === 'fork') expect(step.observe(made.box)).toMatchObject({ 'pid inside': '1' });
    }
    expect((await made.box.wait()).code).toBe(0);
  });

  test('back twice and forward again', async () => {
    await upTo('pivot-root');
    const before = made.box.done.map((it) => it.name);
    await made.box.back(2);
    expect(made.box.done.map((it) => it.name)).toEqual(before.slice(0, -2));
    for (const step of made.steps.slice(made.box.done.length)) await made.box.apply(step);
    expect((await made.box.wait()).code).toBe(0);
  });

  test('limits as people write them, read back from the kernel, and they bite', async () => {
    const read = await made.box.cgroup({ memory: '64M', pidsLimit: 20 });
    expect(Object.values(read)).toContain(String(64 * 2 ** 20));
    expect(read['pids.max']).toBe('20');
    expect(await made.box.cgroup({ pidsLimit: 7 })).toMatchObject({ 'pids.max': '7' });
    await expect(made.box.cgroup({ memory: 'much' })).rejects.toThrow(/--memory: "much"/);
    const children: (typeof made.box.process)[] = [];
    const forkOn = (): void => {
      while (children.length < 10) children.push(made.box.process.fork());
    };
    expect(forkOn).toThrow(/EAGAIN/);
    expect(children.length).toBeGreaterThan(3);
    expect(children.length).toBeLessThan(7);
    for (const child of children) child.end();
  });

  test('a step alone: only the host name', async () => {
    await made.box.apply(steps.namespace('uts'));
    await made.box.apply(steps.hostname('alone'));
    expect(witness('nsenter', '-t', String(made.box.process.pid), '-u', 'hostname').trim()).toBe('alone');
  });
});

describe('a wrong order is refused, with what to type, and the host is as before', () => {
  let before: string;
  beforeEach(() => {
    made = makeBox({ image: 'busybox', command: ['true'] });
    before = fs.readFileSync('/proc/self/mountinfo', 'utf8') + witness('hostname');
  });

  const refuses = async (step: () => Parameters<typeof made.box.apply>[0], message: RegExp): Promise<void> => {
    await expect((async () => made.box.apply(step()))()).rejects.toThrow(message);
    expect(fs.readFileSync('/proc/self/mountinfo', 'utf8') + witness('hostname')).toBe(before);
  };

  test('the host name without a UTS namespace', () => refuses(() => steps.hostname('x'), /steps\.namespace\('uts'\)/));
  test('pivot_root without a mount namespace', () => refuses(() => steps.pivotRoot(), /steps\.namespace\('mount'\)/));
  test('/proc without a mount namespace', () => refuses(() => steps.proc(), /steps\.namespace\('mount'\)/));
  test('a link without a network namespace', () => refuses(() => steps.loopback(), /steps\.namespace\('network'\)/));
  test('limits without a group', () => refuses(() => steps.limits({ pids: { limit: 5 } }), /steps\.cgroup/));

  test('/proc before fork', async () => {
    for (const step of [steps.namespace('pid'), steps.namespace('mount'), steps.private()]) await made.box.apply(step);
    await refuses(() => steps.proc(), /steps\.fork\(\)/);
  });

  test('pivot_root without a root', async () => {
    for (const step of [steps.namespace('mount'), steps.private()]) await made.box.apply(step);
    await refuses(() => steps.pivotRoot(), /steps\.rootfs\(\)/);
  });

  test('a mount while mounts are shared', async () => {
    await made.box.apply(steps.namespace('mount'));
    made.box.process.call('mount', null, '/', null, (1 << 20) | 16384, null);
    await refuses(() => steps.rootfs(), /steps\.private\(\)/);
  });
});

/** Ways out through processes: a blank process that is looked into, a terminal that is typed into, capabilities that are inherited, control groups that are written to. */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { run, steps } from 'minidocker';
import { describe, expect, test } from 'vitest';
import { BlankProcess } from '../../src/kernel/blank-process.ts';
import { host } from '../../src/kernel/caller.ts';
import { IOCTL, O, PR } from '../../src/kernel/constants.ts';
import { statusOf } from '../../src/kernel/proc.ts';
import { defaultCapabilities } from '../../src/spec/defaults.ts';
import { compile, finish, imageWith, noCompiler, upTo } from './lab.ts';

const has = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

describe.skipIf(!has('setpriv'))('a blank process, looked into by a root with a container’s capabilities', () => {
  const names = defaultCapabilities.map((it) => `+${it.slice(4).toLowerCase()}`).join(',');
  /** Tries to read what that process has in its memory. */
  const look = (pid: number, file: string): string =>
    spawnSync(
      'setpriv',
      ['--bounding-set', `-all,${names}`, '--inh-caps', '-all', 'head', '-c', '20', `/proc/${pid}/${file}`],
      {
        encoding: 'utf8',
      },
    ).stderr;

  test('is closed before it has become a program: it shares Node’s memory', () =>
    upTo('program', { image: 'busybox' }, ({ box }) => {
      for (const file of ['maps', 'mem', 'environ', 'fd/0', 'auxv'])
        expect(look(box.process.pid, file)).toMatch(/Permission denied/);
      expect(fs.statSync(`/proc/${box.process.pid}/mem`).uid).toBe(0);
    }));

  test('is open when it is dumpable', () =>
    upTo('program', { image: 'busybox' }, ({ box }) => {
      box.process.call('prctl', PR.SET_DUMPABLE, 1, 0, 0, 0);
      expect(look(box.process.pid, 'maps')).toBe('');
    }));
});

describe.skipIf(noCompiler)('typing into a terminal that is standard input (TIOCSTI)', () => {
  /** What the program says, whose standard input is a terminal of the host's. */
  async function type(options: { capAdd?: string[] }): Promise<string> {
    const master = fs.openSync('/dev/ptmx', fs.constants.O_RDWR | fs.constants.O_NOCTTY);
    host.call('ioctl', master, IOCTL.TIOCSPTLCK, new Uint8Array(4));
    const slave = host.call('ioctl', master, IOCTL.TIOCGPTPEER, O.RDWR | O.NOCTTY | O.CLOEXEC);
    const image = imageWith((root) => compile('tiocsti.c', join(root, 'type'), '-static'));
    try {
      const rest = (made: Parameters<Parameters<typeof upTo>[2]>[0]) => finish(made, made.steps.slice(-1));
      return await upTo('program', { image, command: ['/type'], ...options }, rest, slave);
    } finally {
      fs.closeSync(master);
      host.call('close', slave);
      fs.rmSync(image, { recursive: true });
    }
  }

  test('is refused: it is no terminal of the container’s session', async () => {
    expect(await type({})).toMatch(/EPERM|EIO/);
  });

  test('is possible with CAP_SYS_ADMIN, which a container does not have', async () => {
    expect(await type({ capAdd: ['SYS_ADMIN'] })).toBe('typed\n');
  });
});

describe.skipIf(!has('setcap'))('inheritable capabilities (CVE-2022-24769)', () => {
  /** What a user of the container gets from a program that has the file capability chown=ei. */
  async function effective(inheritable: string[]): Promise<string> {
    const image = imageWith((root) => {
      fs.copyFileSync('/bin/busybox', join(root, 'bin/mine'));
      execFileSync('setcap', ['cap_chown+ei', join(root, 'bin/mine')]);
      fs.symlinkSync('mine', join(root, 'bin/grep'));
    });
    try {
      const options = { image, command: ['/bin/grep', 'CapEff', '/proc/self/status'], user: '1234:1234' };
      return await upTo('capabilities', options, (made) => {
        const sets = made.config.process.capabilities ?? {};
        return finish(made, [
          steps.capabilities({ ...sets, inheritable }),
          ...made.steps.slice(made.box.done.length + 1),
        ]);
      });
    } finally {
      fs.rmSync(image, { recursive: true });
    }
  }

  test('there are none, so the file gives none', async () => {
    expect(await effective([])).toMatch(/CapEff:\s0000000000000000/);
  });

  test('if there were, it would', async () => {
    expect(await effective(['CAP_CHOWN'])).toMatch(/CapEff:\s0000000000000001/);
  });
});

describe('control groups and release_agent (CVE-2022-0492)', () => {
  const attempt = [
    'mkdir -p /cg; mount -t cgroup -o pids none /cg || mount -t cgroup2 none /cg && echo mounted',
    'for d in /sys/fs/cgroup /sys/fs/cgroup/*; do mkdir $d/escape && echo made $d; done',
    'echo /bin/sh > /sys/fs/cgroup/pids/release_agent && echo written',
    'unshare -UrmC true && echo unshared',
    'true',
  ].join('; ');

  test('nothing can be mounted, made or written', async () => {
    const result = await run({ image: 'busybox', command: ['sh', '-c', attempt], capture: true });
    expect(result).toMatchObject({ stdout: '', exitCode: 0 });
  });

  test('privileged, groups can be made: the attack is a real one', async () => {
    const { stdout } = await run({
      image: 'busybox',
      command: ['sh', '-c', `${attempt}; for d in /sys/fs/cgroup /sys/fs/cgroup/*; do rmdir $d/escape; done; true`],
      capture: true,
      privileged: true,
    });
    expect(stdout).toMatch(/made \/sys\/fs\/cgroup|mounted/);
  });
});

test.skipIf(noCompiler)('with no-new-privileges a set-user-id program gives nothing', async () => {
  const image = imageWith((root) => {
    const program = compile('report.c', join(root, 'report'), '-static');
    fs.chmodSync(program, 0o4755);
  });
  const options = { image, command: ['/report', 'status'], user: '1234:1234', capture: true };
  try {
    expect((await run(options)).stdout).toMatch(/Uid\t1234 0 0 0\n/);
    const kept = await run({ ...options, securityOpt: ['no-new-privileges'] });
    expect(kept.stdout).toMatch(/Uid\t1234 1234 1234 1234\n/);
  } finally {
    fs.rmSync(image, { recursive: true });
  }
});

test('a blank process has none of our capabilities to inherit', () => {
  const process = BlankProcess.spawn();
  try {
    const status = statusOf(process.pid);
    expect([status.get('CapInh'), status.get('CapAmb')]).toEqual(['0000000000000000', '0000000000000000']);
  } finally {
    process.end();
  }
});

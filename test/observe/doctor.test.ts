/** doctor: every verdict agrees with a witness that tries the same by other means, and no trial leaves anything behind. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { doctor, type Probe } from '../../src/observe/doctor.ts';

/** Does this command succeed? */
const works = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const shell = (script: string): boolean => works('sh', '-c', script);

const lines = (text: string, pattern: RegExp): string[] => text.split('\n').filter((it) => pattern.test(it));
const descriptor = (fd: string): string => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return 'closed meanwhile';
  }
};

/** What a trial could leave behind. Only what can be the doctor's own: other tests run beside this one. */
const traces = () => ({
  mounts: lines(readFileSync('/proc/self/mountinfo', 'utf8'), / \/tmp(\/merged)? /),
  descriptors: readdirSync('/proc/self/fd')
    .map(descriptor)
    .filter((it) => /pidfd|user:|mnt:|net:/.test(it)).length,
  children: readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8'),
  // find fails when a group of somebody else goes while it looks.
  groups: spawnSync('find', ['/sys/fs/cgroup', '-name', `doctor-${process.pid}`], { encoding: 'utf8' }).stdout,
  links: lines(readFileSync('/proc/net/dev', 'utf8'), /switch|cable|plug/),
  rules: works('nft', 'list table ip doctor'),
});

let probes: Probe[];
let before: ReturnType<typeof traces>;
let after: ReturnType<typeof traces>;

beforeAll(async () => {
  await doctor(); // libraries that are loaded once keep descriptors
  before = traces();
  probes = await doctor();
  after = traces();
});

const found = (name: string): Probe => {
  const one = probes.find((it) => it.name === name);
  if (!one) throw new Error(`no probe is called ${name}: ${probes.map((it) => it.name).join(', ')}`);
  return one;
};

test('a row is data: a unique name, what was found, what for, how to get it', () => {
  expect(new Set(probes.map((it) => it.name)).size).toBe(probes.length);
  for (const it of probes) {
    expect([true, false, 'partly']).toContain(it.ok);
    for (const text of [it.name, it.found, it.neededFor, it.howToGet]) expect(text).toMatch(/\S/);
    expect(it.found).not.toContain('\n');
  }
  expect(JSON.parse(JSON.stringify(probes))).toEqual(probes);
});

test('nothing of the trials stays', () => expect(after).toEqual(before));

describe('namespaces, witness unshare(1)', () => {
  test.each([
    ['user', '--user'],
    ['mount', '--mount'],
    ['uts', '--uts'],
    ['ipc', '--ipc'],
    ['network', '--net'],
    ['pid', '--pid', '--fork'],
    ['cgroup', '--cgroup'],
    ['time', '--time', '--fork'],
  ])('%s', (word, ...flags) => {
    // `partly`: unshare(1) can, our blank processes cannot on older kernels (time).
    expect(found(`${word} namespace`).ok !== false).toBe(works('unshare', ...flags, 'true'));
  });

  test('user namespaces for ordinary users', () => {
    const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const rights = works('setpriv', ...nobody, 'unshare', '--user', '--map-root-user', '--mount', 'true');
    expect(found('user namespaces for ordinary users').ok === true).toBe(rights);
  });
});

describe('mounts, witness mount(8) in a mount namespace', () => {
  const scratch = 'mount -t tmpfs t /tmp && mkdir /tmp/u /tmp/w /tmp/m';
  const inMounts = (script: string, ...flags: string[]): boolean =>
    works('unshare', '--mount', ...flags, 'sh', '-c', `${scratch} && ${script}`);

  test('overlay on /', () => {
    const script = 'mount -t overlay o -o lowerdir=/,upperdir=/tmp/u,workdir=/tmp/w /tmp/m && mkdir /tmp/m/written';
    expect(found('overlay on /').ok).toBe(inMounts(script));
  });

  test('a fresh /proc', () => {
    expect(found('a fresh /proc').ok).toBe(inMounts('mount -t proc proc /tmp/m', '--pid', '--fork'));
  });

  test('device nodes', () => {
    expect(found('device nodes').ok).toBe(inMounts('mknod /tmp/null c 1 3 && echo > /tmp/null'));
  });

  test('pivot_root', () => {
    // pivot_root(8) cannot stack the old root on the new one, so the new root needs a folder for it.
    expect(found('pivot_root').ok).toBe(inMounts('mkdir /tmp/old && pivot_root /tmp /tmp/old'));
  });
});

describe('control groups, witness the files of the kernel', () => {
  test('the layout', () => {
    const magic = execFileSync('stat', ['-f', '-c', '%T', '/sys/fs/cgroup'], { encoding: 'utf8' }).trim();
    const mounted = readFileSync('/proc/mounts', 'utf8');
    const both = / cgroup2 /.test(mounted);
    const expected = magic === 'cgroup2fs' ? 'version 2 only' : both ? 'hybrid' : 'version 1 only';
    expect(found('control groups')).toMatchObject({ ok: true, found: expect.stringMatching(`^${expected}`) });
  });

  test.each([
    ['memory limit', 'memory'],
    ['cpu limit', 'cpu'],
    ['process limit', 'pids'],
    ['processor choice', 'cpuset'],
  ])('%s', (name, controller) => {
    const v2 = readFileSync('/proc/mounts', 'utf8').includes('cgroup2 /sys/fs/cgroup ');
    const offered = v2
      ? readFileSync('/sys/fs/cgroup/cgroup.controllers', 'utf8').split(/\s+/).includes(controller)
      : works('mountpoint', '-q', `/sys/fs/cgroup/${controller}`) ||
        shell(`grep -q '[,/]${controller}[, ]' /proc/mounts`);
    expect(found(name)).toMatchObject({ ok: offered });
    if (offered) expect(found(name).found).toContain(`version ${v2 ? 2 : 1}`);
  });
});

describe('rights and programs', () => {
  test('raising resource limits, witness the shell', () => {
    expect(found('raising resource limits').ok).toBe(shell('ulimit -c 0 && ulimit -c 8'));
  });

  test('seccomp, witness /proc/self/status', () => {
    expect(found('seccomp filter').ok).toBe(/^Seccomp_filters:/m.test(readFileSync('/proc/self/status', 'utf8')));
  });

  test('libseccomp, witness the linker', () => {
    const folders = ['/usr/lib', '/lib', '/usr/lib64', '/lib64'].join(' ');
    const there = shell(`find ${folders} -maxdepth 2 -name libseccomp.so.2 2>/dev/null | grep -q .`);
    expect(found('libseccomp').ok).toBe(there);
  });

  test('nft, witness nft(8) in a network namespace', () => {
    const rules =
      'add table ip t; add chain ip t c { type nat hook postrouting priority 100; }; add rule ip t c masquerade';
    expect(found('nft').ok).toBe(works('unshare', '--net', 'nft', rules));
  });

  test('veth and bridge, witness ip(8)', () => {
    const script =
      'ip link add switch type bridge && ip link add cable type veth peer name plug && ip link set cable master switch';
    expect(found('veth and bridge').ok).toBe(works('unshare', '--net', 'sh', '-c', script));
  });

  // Where it is not mounted there is no witness: the virtual machine has it.
  const list = '/sys/kernel/security/lsm';
  if (!existsSync(list)) console.log(`skipped, because there is no ${list} here: security module`);
  test.runIf(existsSync(list))('security module, witness the kernel’s list of them', () => {
    const there = readFileSync(list, 'utf8').trim().split(',');
    const text = found('security module').found;
    const isSaid = (name: string): boolean => text.startsWith(name);
    expect([isSaid('AppArmor'), isSaid('SELinux')]).toEqual([there.includes('apparmor'), there.includes('selinux')]);
  });

  test('WSL, witness /proc/version', () => {
    expect(found('WSL').found === 'no').toBe(!/microsoft/i.test(readFileSync('/proc/version', 'utf8')));
  });
});

test('without rights the kernel’s refusal is what was found, and the remedy stands beside it', () => {
  const script = `const { doctor } = await import(process.argv[1]); process.stdout.write(JSON.stringify(await doctor()))`;
  const module = new URL('../../src/observe/doctor.ts', import.meta.url).pathname;
  const drop = ['--bounding-set', '-sys_admin', '--inh-caps', '-sys_admin'];
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script, module];
  const output = execFileSync('setpriv', [...drop, ...node], { encoding: 'utf8' });
  const rows: Probe[] = JSON.parse(output);
  expect(rows.map((it) => it.name)).toEqual(probes.map((it) => it.name));
  const mounts = rows.find((it) => it.name === 'mount namespace');
  expect(mounts).toMatchObject({ ok: false, found: 'unshare(CLONE_NEWNS) = -1 EPERM (operation not permitted)' });
  expect(mounts?.howToGet).toContain('root');
});

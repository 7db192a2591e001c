/** Who is measured: each starts a container around `true` and waits for its end. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeBox, run } from 'minidocker';

export interface Contender {
  name: string;
  /** What it makes, in words. */
  what: string;
  /** Undefined where it is not installed or does not work here. */
  once?: () => Promise<void> | void;
  why?: string;
}

export const checkout = fileURLToPath(new URL('../..', import.meta.url));
/** Everything that is made for the measurement. */
export const scratch = fs.mkdtempSync(join(tmpdir(), 'minidocker-bench-'));
// The machine's own containers are none of its business.
process.env.MINIDOCKER_ROOT = join(scratch, 'state');
process.env.MINIDOCKER_CGROUP = `mdtbench${process.pid}`;

export function cleanUp(): void {
  removePodmanGroup();
  fs.rmSync(scratch, { recursive: true, force: true });
  // runc leaves the group above its own, in every hierarchy.
  const top = '/sys/fs/cgroup';
  for (const place of [top, ...fs.readdirSync(top).map((name) => join(top, name))]) {
    const group = join(place, process.env.MINIDOCKER_CGROUP!);
    if (fs.existsSync(group)) fs.rmdirSync(group);
  }
}

type Environment = Record<string, string>;

/** Runs a program to its end. @throws Error when it fails. */
function program(command: string, args: readonly string[], env: Environment = {}): void {
  const { status, error, stderr } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(stderr.trim().split('\n')[0] || `it exits with ${status}`);
}

/** A contender that is another program; tried once, so that what is missing is said before anything is measured. */
export function other(
  name: string,
  what: string,
  command: string,
  args: () => readonly string[],
  env?: Environment,
): Contender {
  try {
    program(command, args(), env);
    return { name, what, once: () => program(command, args(), env) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { name, what, why: code === 'ENOENT' ? 'not installed' : message };
  }
}

/** A root file system with a static `true`, from the host's busybox. */
export function busyboxRoot(): string | undefined {
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((it) => fs.existsSync(it));
  if (!busybox) return undefined;
  const root = join(scratch, 'root');
  for (const name of ['bin', 'etc', 'proc', 'sys', 'dev', 'tmp']) fs.mkdirSync(join(root, name), { recursive: true });
  fs.copyFileSync(busybox, join(root, 'bin/busybox'));
  fs.symlinkSync('busybox', join(root, 'bin/true'));
  return root;
}

/** A bundle with the very configuration that we would use: the same namespaces, mounts, devices, masks, filter, capabilities and group. */
async function bundleOf(root: string): Promise<string> {
  const { config, remove } = makeBox({ image: root, network: 'none', command: ['/bin/true'] });
  await remove();
  const bundle = join(scratch, 'bundle');
  fs.mkdirSync(bundle);
  const { cgroupsPath, ...linux } = config.linux;
  // Older runtimes know no later version than this.
  const whole = {
    ...config,
    ociVersion: '1.0.2',
    root: { path: root },
    linux: { ...linux, cgroupsPath: `/${cgroupsPath}` },
  };
  fs.writeFileSync(join(bundle, 'config.json'), JSON.stringify(whole, null, 2));
  return bundle;
}

/**
 * podman with a state of its own, so that nothing of this machine's is touched, and as it works on most hosts: a runtime that knows hybrid control groups (crun does not), no
 * limits that only the strongest root may raise. Its groups are below `podmanGroup`.
 */
export function podman(root: string | undefined, network: string): Contender {
  const [name, what] = ['podman run', `--network ${network}`];
  if (!root) return { name, what, why: 'needs busybox-static for its root' };
  const at = (it: string): string => join(scratch, 'podman', it);
  fs.mkdirSync(at('networks'), { recursive: true });
  const settings = [
    '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]',
    '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nlock_type = "file"',
    '[network]\nnetwork_backend = "netavark"',
  ];
  fs.writeFileSync(at('containers.conf'), `${settings.join('\n')}\n`);
  const own = ['--root', at('root'), '--runroot', at('run'), '--tmpdir', at('tmp'), '--storage-driver', 'vfs'];
  const options = ['--rm', '--cgroups', 'no-conmon', '--cgroup-parent', `/${podmanGroup}`, '--network', network];
  const line = [...own, '--network-config-dir', at('networks'), 'run', ...options, '--rootfs', root, 'true'];
  return other(name, what, 'podman', () => line, { CONTAINERS_CONF: at('containers.conf') });
}

/** A control group that podman leaves. */
const podmanGroup = `mdtbench${process.pid}`;

function removePodmanGroup(): void {
  for (const it of ['.', ...fs.readdirSync('/sys/fs/cgroup')]) {
    const group = join('/sys/fs/cgroup', it, podmanGroup);
    if (fs.existsSync(group)) fs.rmdirSync(group);
  }
}

let count = 0;

/** runc and its like, with a bundle. */
function runtime(name: string, bundle: string | undefined): Contender {
  const what = 'the same configuration, as a bundle';
  if (!bundle) return { name, what, why: 'needs busybox-static for its root' };
  const state = join(scratch, `${name}-state`);
  return other(`${name} run`, what, name, () => [
    '--root',
    state,
    'run',
    '--bundle',
    bundle,
    `bench-${process.pid}-${++count}`,
  ]);
}

const command = ['true'];

/** From a process that is running already: what a script, the REPL or a supervisor pays. */
export async function warm(): Promise<Contender[]> {
  const root = busyboxRoot();
  const bundle = root && (await bundleOf(root));
  const check = ({ exitCode }: { exitCode: number }): void => {
    if (exitCode !== 0) throw new Error(`it exits with ${exitCode}`);
  };
  const ours = (options: Parameters<typeof run>[0]) => async () =>
    check(await run({ network: 'none', ...options, command }));
  const unshare = ['-f', '-p', '-m', '-u', '-i', '-n', '-C', '--mount-proc', 'true'];
  const bwrap = ['--unshare-all', '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', 'true'];
  return [
    {
      name: 'minidocker, host',
      what: 'run(): six namespaces, overlay, filter, group …',
      once: ours({ image: 'host' }),
    },
    ...(root
      ? [{ name: 'minidocker, directory', what: 'the same with a directory as root', once: ours({ image: root }) }]
      : []),
    other('unshare', 'six namespaces and /proc, nothing else', 'unshare', () => unshare),
    other('bwrap', 'the namespaces, a bind of /, /proc, /dev', 'bwrap', () => bwrap),
    runtime('runc', bundle),
    runtime('crun', bundle),
    podman(root, 'none'),
  ];
}

/** From the shell: a whole command. */
export function cold(warmed: readonly Contender[]): Contender[] {
  const bin = join(checkout, 'bin/minidocker.js');
  return [
    other('minidocker run', 'node bin/minidocker.js run --rm --network none host true', process.execPath, () => [
      bin,
      'run',
      '--rm',
      '--network',
      'none',
      'host',
      'true',
    ]),
    other('node -e 0', 'Node alone', process.execPath, () => ['-e', '0']),
    ...warmed.filter((it) => it.name === 'runc run'),
  ];
}

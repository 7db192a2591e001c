/** The program as an ordinary user has it: the same verbs, and clear words where the kernel says no. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { supervisorRuns } from '../../src/container/supervisor/client.ts';
import { until } from '../support.ts';
import { command, line, terminal } from './program.ts';

const NOBODY = 65534;
const user = [`setpriv`, `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];

/** May this user read the checkout, and does the kernel give ordinary users user namespaces? */
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const works = (...words: string[]): boolean =>
  spawnSync(user[0]!, [...user.slice(1), ...words], { stdio: 'ignore' }).status === 0;
const canTry =
  process.getuid?.() === 0 &&
  works('test', '-r', main) &&
  works('unshare', '--user', '--map-root-user', '--mount', 'true');

// Not below the run's own directory, which only root may enter. Where every test of a file is skipped, so are its hooks.
const home = canTry ? mkdtempSync('/tmp/mdt-rootless-') : '';
if (canTry) chmodSync(home, 0o777);
const state = join(home, 'state');
// Of a supervisor with other files in /etc.
const otherState = join(home, 'other');
process.env.MINIDOCKER_ROOT = state;
const roots = [state, otherState];
const env = { HOME: home, TMPDIR: home, MINIDOCKER_NETWORK: '' };

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}
const run = (args: string[], through: readonly string[] = user): Promise<Outcome> => command(args, { through, env });

/** It has to succeed without a word on standard error. @returns what it printed, trimmed. */
async function says(...args: string[]): Promise<string> {
  const ended = await run(args);
  expect({ args, ...ended }).toMatchObject({ args, code: 0, stderr: '' });
  return ended.stdout.trim();
}

async function tidyUp(): Promise<void> {
  const ids = (await run(['ps', '-aq', '--no-trunc'])).stdout.split('\n').filter(Boolean);
  if (ids.length > 0) await run(['rm', '-f', '-v', ...ids]);
}

afterAll(async () => {
  for (const root of roots) {
    process.env.MINIDOCKER_ROOT = root;
    await until(() => !supervisorRuns(), 30, 'the supervisor to go');
  }
  rmSync(home, { recursive: true, force: true });
}, 60_000);

describe.runIf(canTry)('an ordinary user', () => {
  afterEach(tidyUp, 60_000);

  it('runs programs in the foreground, with their exit codes', async () => {
    expect(await says('run', '--rm', 'host', 'id', '-u')).toBe('0');
    const map = await says('run', '--rm', 'host', 'cat', '/proc/self/uid_map');
    expect(map.split(/\s+/).slice(0, 2)).toEqual(['0', String(NOBODY)]);
    expect((await run(['run', '--rm', 'host', 'sh', '-c', 'exit 7'])).code).toBe(7);
    expect((await run(['run', '--rm', 'host', 'no-such-program'])).code).toBe(127);
    expect((await run(['run', '--rm', 'host', '/etc/passwd'])).code).toBe(126);
    expect(readdirSync(join(state, 'containers'))).toEqual([]);
  });

  it('run -d, ps, logs, exec, top, inspect, stop, start, rm', async () => {
    const script = 'trap "exit 3" TERM; echo hello; while :; do sleep 0.1; done';
    const id = await says('run', '-d', '--name', 'web', 'host', 'sh', '-c', script);
    expect(await says('ps', '-q', '--no-trunc')).toBe(id);
    await until(async () => (await run(['logs', 'web'])).stdout === 'hello\n');
    const pid = await says('inspect', '-f', '{{.State.Pid}}', 'web');
    // The kernel's word for it: it runs as this user, in a user namespace of its own.
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(new RegExp(`^Uid:\\s+${NOBODY}\\s`, 'm'));
    expect(await says('exec', 'web', 'cat', '/proc/1/comm')).toBe('sh');
    expect((await run(['exec', 'web', 'sh', '-c', 'exit 9'])).code).toBe(9);
    expect(await says('top', 'web')).toContain('hello');
    expect(await says('stop', 'web')).toBe('web');
    expect(await says('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', 'web')).toBe('exited 3');
    expect(await says('start', 'web')).toBe('web');
    expect(await says('rm', '-f', 'web')).toBe('web');
    expect(await says('ps', '-aq')).toBe('');
  });

  it('has a terminal; the first time a person is told what there is not, and never again', async () => {
    const shell = (...args: string[]): string => `${user.join(' ')} ${line(...args)}`;
    rmSync(join(state, 'rootless-told'), { force: true });
    const first = await terminal(shell('run', '-it', '--rm', 'host', 'sh', '-c', 'tty; exit 5'), { env }).ended;
    expect(first.stdout).toContain('only in a control group that was given to you');
    expect(first.stdout).toMatch(/\/dev\/(pts\/\d+|console)/);
    expect(first.code).toBe(5);
    const second = await terminal(shell('run', '-it', '--rm', 'host', 'tty'), { env }).ended;
    expect(second.stdout).not.toContain('control group');
    expect(second.code).toBe(0);
  });

  it('is told why a limit, a bridge, and a port are not possible, and what to do', async () => {
    const refused: [string[], RegExp][] = [
      [['-m', '64m'], /memory cannot be enforced without root.*sudo/],
      [['--pids-limit', '5'], /pids cannot be enforced without root.*sudo/],
      [['--network', 'bridge'], /--network bridge cannot be made without root.*--network pasta/],
      [['-p', '8080:80'], /--publish.*sudo/],
    ];
    for (const [flags, words] of refused)
      expect(await run(['run', '--rm', ...flags, 'host', 'true'])).toMatchObject({
        code: 125,
        stdout: '',
        stderr: expect.stringMatching(words),
      });
    await says('run', '-d', '--name', 'web', 'host', 'sleep', '1000');
    expect(await run(['update', '-m', '64m', 'web'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/memory/),
    });
    expect(await run(['pause', 'web'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/root/) });
  });

  it('hears from doctor what is possible for them', async () => {
    const rows: { name: string; ok: unknown }[] = JSON.parse(await says('doctor', '--format', 'json'));
    const alone = ['unshare', '--user', '--map-root-user', '--mount', '--net', '--pid', '--fork', 'sh', '-c'];
    for (const [name, script] of [
      ['a fresh /proc', 'mount -t proc proc /proc'],
      ['device nodes', 'mount -t tmpfs t /tmp && mknod /tmp/null c 1 3'],
      ['veth and bridge', 'PATH=$PATH:/usr/sbin; ip link add type veth && ip link add type bridge'],
      ['nft', 'PATH=$PATH:/usr/sbin; nft add table ip mine'],
    ] as const)
      expect(rows.find((it) => it.name === name)).toMatchObject({ ok: works(...alone, script) });
  });

  it('volumes, copies and differences, prune', async () => {
    await says('volume', 'create', 'data');
    await says('run', '--rm', '-v', 'data:/data', 'host', 'sh', '-c', 'echo kept > /data/file');
    await says('run', '--name', 'reader', '-v', 'data:/data', 'host', 'cp', '/data/file', '/srv/copy');
    await says('cp', 'reader:/srv/copy', join(home, 'copy'));
    expect(readFileSync(join(home, 'copy'), 'utf8')).toBe('kept\n');
    await says('cp', join(home, 'copy'), 'reader:/srv/back');
    expect((await says('diff', 'reader')).split('\n')).toEqual(expect.arrayContaining(['A /srv/back', 'A /srv/copy']));
    await says('system', 'prune', '-f');
    expect(await says('ps', '-aq')).toBe('');
    await says('volume', 'rm', 'data');
  });
});

/** A mount namespace in which this user has a range of ids: the machine's own files stay as they are. */
const privateEtc = `mkdir "$0/etc" && cp -a /etc/. "$0/etc" && mount --bind "$0/etc" /etc &&
  echo nobody:200000:65536 > /etc/subuid && cp /etc/subuid /etc/subgid && exec "$@"`;
const withRange = ['unshare', '--mount', 'sh', '-c', privateEtc];
const hasHelpers = works('sh', '-c', 'command -v newuidmap newgidmap');

describe.runIf(canTry && hasHelpers)('an ordinary user with a range of ids', () => {
  it('has other users inside, and what those leave can be removed', async () => {
    const script = join(home, 'all');
    const leave = 'mkdir /srv/deep && touch /srv/deep/file && chown -R 5:5 /srv && chmod 700 /srv /srv/deep && id -u 5';
    writeFileSync(
      script,
      `set -e
      ${line('run', '--rm', '--user', 'nobody', 'host', 'id', '-u')}
      ${line('run', '--rm', 'host', 'sh', '-c', `${leave}; exit 0`)} > /dev/null 2>&1
      ${line('run', '-d', '--name', 'many', 'host', 'sh', '-c', 'mkdir -m 700 /srv/deep && touch /srv/deep/file && chown 5:5 /srv/deep && touch /srv/done && sleep 1000')} > /dev/null
      until ${line('exec', 'many', 'test', '-e', '/srv/done')}; do sleep 0.2; done
      ${line('exec', '--user', '5', 'many', 'id', '-u')}
      ${line('rm', '-f', 'many')}`,
    );
    const [program, ...rest] = [...withRange, home, ...user, 'sh', script];
    const ended = spawnSync(program!, rest, {
      env: { ...process.env, ...env, MINIDOCKER_ROOT: otherState },
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect({ stdout: ended.stdout, stderr: ended.stderr }).toEqual({ stdout: `${NOBODY}\n5\nmany\n`, stderr: '' });
    expect(readdirSync(join(otherState, 'containers'))).toEqual([]);
  }, 90_000);
});

/** A mount namespace in which everybody may open the device that tap links are made with. */
const withTun = [
  'unshare',
  '--mount',
  'sh',
  '-c',
  '{ test -e "$0" || mknod -m 666 "$0" c 10 200; } && mount --bind "$0" /dev/net/tun && exec "$@"',
];
const canTap =
  canTry && spawnSync(withTun[0]!, [...withTun.slice(1), join(home, 'trial'), 'ip', 'tuntap', 'show']).status === 0;
const isInstalled = (program: string): boolean => works('sh', '-c', `command -v ${program}`);
const hasRoute = spawnSync('ip', ['-4', 'route', 'show', 'default'], { encoding: 'utf8' }).stdout !== '';

describe.runIf(canTry && canTap)('an ordinary user’s network', () => {
  it('is told what is missing', async () => {
    const through = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /dev/net && exec "$@"', 'sh', ...user];
    const missing = await command(['run', '--rm', '--network', 'pasta', 'host', 'true'], { through, env });
    expect(missing.code).toBe(125);
    expect(missing.stderr).toMatch(/--network pasta: .*--network none/);
  });

  for (const program of ['pasta', 'slirp4netns'])
    it.runIf(hasRoute && isInstalled(program))(`${program} is the way out, and ends with the container`, async () => {
      const node = join(home, `tun-${program}`);
      const root = join(home, program);
      roots.push(root);
      const settings = { ...env, MINIDOCKER_ROOT: root };
      const through = [...withTun, node, ...user];
      const look = ['run', '--rm', '--network', program, 'host', 'ip', '-4', 'route', 'show', 'default'];
      expect((await command(look, { through, env: settings })).stdout).toMatch(/^default via \S+ dev eth0/);
      await until(() => processesOf(program).length === 0, 30, `${program} to go`);
      // Also when whoever looks after the container is killed before it.
      const detached = ['run', '-d', '--network', program, 'host', 'sleep', '1000'];
      const id = (await command(detached, { through, env: settings })).stdout.trim();
      try {
        const { pid } = JSON.parse(readFileSync(join(root, 'containers', id, 'state.json'), 'utf8')).process;
        expect(processesOf(program)).not.toEqual([]);
        const supervisor = parentOf(pid);
        expect(readFileSync(`/proc/${supervisor}/cmdline`, 'utf8')).toContain('supervisor');
        process.kill(supervisor, 'SIGKILL');
        process.kill(pid, 'SIGKILL');
        await until(() => processesOf(program).length === 0, 30, `${program} to go`);
      } finally {
        const removed = await command(['rm', '-f', id], { through, env: settings });
        expect(removed).toMatchObject({ code: 0, stderr: '' });
      }
    });
});

/** Processes of this test's user whose program it is. */
const processesOf = (program: string): number[] =>
  readdirSync('/proc')
    .filter((it) => /^\d+$/.test(it))
    .map(Number)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words[0]?.endsWith(`/${program}`) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(home);
      } catch {
        return false;
      }
    });

const parentOf = (pid: number): number =>
  Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);

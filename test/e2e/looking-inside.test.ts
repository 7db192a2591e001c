/** What only this program's run has: ways to look at it. And letting go of a terminal. */
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../support.ts';
import { field, status, tidyUp } from './life.ts';
import { command, directoriesLeft, line, say, start, terminal } from './program.ts';

afterEach(tidyUp);

describe('run', () => {
  it('--dry-run lists the steps, --print-config the configuration; nothing is made', async () => {
    expect(await say('run --dry-run -h lab host true')).toMatch(
      /^ *1 {2}\S+ .*\n(.*\n)*.*the host name becomes lab\n {2,}sethostname\("lab"/m,
    );
    const config = JSON.parse(await say('run --print-config -h lab -m 64m host true'));
    expect(config).toMatchObject({
      hostname: 'lab',
      process: { args: ['true'] },
      linux: { resources: { memory: { limit: 67108864 } } },
    });
    expect(await say('run --dry-run --privileged host true')).not.toMatch(/seccomp/);
    expect(directoriesLeft()).toEqual([]);
  });
  it('--trace tells every call with its duration', async () => {
    const { stderr, code } = await command(['run', '--rm', '--trace', 'host', 'true']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^\[blank \d+\] unshare\(CLONE_NEWUTS\) = 0 <0\.\d{6}>$/m);
    expect(stderr).toMatch(/^\[blank \d+\] execve\("\/usr\/.*true", \["true"\].* = 0 <0\.\d{6}>$/m);
  });
  it('--log-level, --log-format: what the program tells of itself', async () => {
    expect((await command(['--log-level', 'info', 'run', '--rm', 'host', 'true'])).stderr).toMatch(
      /^minidocker: info: run ended with 0 after \d+ ms\n$/,
    );
    const { stderr } = await command(['--log-format', 'json', 'run', '--rm', 'host', 'no-such-program']);
    expect(JSON.parse(stderr)).toMatchObject({
      level: 'error',
      message: expect.stringMatching(/^no-such-program: not found/),
    });
    expect(await command(['--log-level', 'loud', 'ps'])).toMatchObject({
      code: 125,
      stderr: expect.stringMatching(/--log-level/),
    });
  });
  it('--sig-proxy=false keeps signals to itself', async () => {
    const running = start([
      'run',
      '--name',
      'deaf',
      '--sig-proxy=false',
      'host',
      'sh',
      '-c',
      'trap "exit 9" TERM; echo ready; while :; do sleep 0.1; done',
    ]);
    await running.says('ready');
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(143);
    await until(async () => (await status('deaf')) === 'exited');
  });
});

describe('letting go of a terminal', () => {
  const detached = async (session: ReturnType<typeof terminal>, keys: string): Promise<void> => {
    session.type(keys);
    await session.says('code=0');
    await session.ended;
  };
  it('run -it, attach, start -ai: ctrl-p ctrl-q, or --detach-keys', async () => {
    const first = terminal(`${line('run', '-it', '--name', 'shell', 'host', 'sh')}; echo code=$?`);
    await first.says(/[#$] $/);
    first.type('echo one-$((40 + 2))\r');
    await first.says('one-42');
    await detached(first, '\u0010\u0011');
    expect(await status('shell')).toBe('running');
    const second = terminal(`${line('attach', '--detach-keys', 'ctrl-a,x', 'shell')}; echo code=$?`);
    second.type('echo two-$((40 + 3))\r');
    await second.says('two-43');
    await detached(second, '\u0001x');
    const third = terminal(`${line('exec', '-it', 'shell', 'tty')}; echo code=$?`);
    await third.says(/\/dev\/pts\/\d+/);
    await third.ended;
    const left = terminal(`${line('exec', '-it', '--detach-keys', 'ctrl-b', 'shell', 'sh')}; echo code=$?`);
    await left.says(/[#$] $/);
    await detached(left, '\u0002');
    await say('stop -t 0 shell');
    const fourth = terminal(`${line('start', '-a', '-i', '--detach-keys', 'ctrl-b', 'shell')}; echo code=$?`);
    fourth.type('echo four-$((40 + 4))\r');
    await fourth.says('four-44');
    await detached(fourth, '\u0002');
    expect(await field('shell', '.State.Running')).toBe('true');
  });
});

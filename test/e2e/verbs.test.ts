/** The life of a container, verb by verb, with each verb's flags. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../support.ts';
import { fails, field, status, tidyUp } from './life.ts';
import { command, say, start } from './program.ts';

afterEach(tidyUp);

const ownCapabilities = (): string => /^CapEff:.*$/m.exec(readFileSync('/proc/self/status', 'utf8'))![0];

/** The program listens to TERM and USR1, and says what it heard. */
const listener = 'trap "echo got term; exit 3" TERM; trap "echo got usr1" USR1; echo up; while :; do sleep 0.1; done';

describe('from create to rm', () => {
  it('create, start, rename, stop, start again, wait, rm', async () => {
    const id = await say('create --name life --label role=web -e A=1 host sh -c', listener);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(await status('life')).toBe('created');
    expect(await say('start life')).toBe('life');
    expect(await status(id.slice(0, 8))).toBe('running');
    await fails(1, /running/, 'rm', 'life');
    await say('rename life lives');
    await fails(1, /no such container: life/, 'start', 'life');
    await until(async () => (await say('logs lives')) === 'up');
    expect(await say('kill -s USR1 lives')).toBe('lives');
    await until(async () => (await say('logs lives')).includes('got usr1'));
    // As the original has it: the container is named by the pid of its first process.
    const pid = await field('lives', '.State.Pid');
    expect(await say(`stop ${pid}`)).toBe(pid);
    expect(await say('logs lives')).toContain('got term');
    expect(await field('lives', '.State.Status}} {{.State.ExitCode')).toBe('exited 3');
    expect(await say('wait lives')).toBe('3');
    await say('start lives');
    const waiting = start(['wait', 'lives'], { input: '' });
    await until(async () => (await say('logs lives')).split('up').length === 3);
    expect(await say('stop -s KILL -t 20 lives')).toBe('lives');
    expect((await waiting.ended).stdout.trim()).toBe('137');
    expect(await say('container rm lives')).toBe('lives');
    await fails(1, /no such container/, 'inspect', 'lives');
  });

  it('restart, pause, unpause, kill, rm -f; several at once, and the rest is done when one is missing', async () => {
    for (const name of ['p1', 'p2']) await say(`run -d --name ${name} host sleep 1000`);
    const before = await field('p1', '.State.Pid');
    expect(await say('pause p1 p2')).toBe('p1\np2');
    expect(await status('p1')).toBe('paused');
    expect(readFileSync(`/proc/${before}/stat`, 'utf8')).toBeTruthy();
    expect(await say('ps --filter status=paused --format', '{{.Names}} {{.Status}}')).toMatch(/p2 Up .* \(Paused\)/);
    await fails(1, /paused/, 'pause', 'p1');
    expect(await say('unpause p1 p2')).toBe('p1\np2');
    expect(await say('restart -t 0 p1')).toBe('p1');
    expect(await field('p1', '.State.Pid')).not.toBe(before);
    const ended = await command(['rm', '-f', 'p1', 'nobody', 'p2']);
    expect(ended).toMatchObject({
      code: 1,
      stdout: 'p1\np2\n',
      stderr: expect.stringMatching(/no such container: nobody/),
    });
  });

  it('start -a -i: what is typed goes in, what it says comes out, its exit code is ours', async () => {
    await say('create -i --name talker host sh -c', 'read x; echo "heard $x"; echo bad >&2; exit 6');
    const ended = await command(['start', '-a', '-i', 'talker'], { input: 'hello\n' });
    expect(ended).toEqual({ code: 6, stdout: 'heard hello\n', stderr: 'bad\n' });
    await say('rm talker');
  });

  it('start -a -i of a container with a terminal: the end of a pipe is Ctrl-D', async () => {
    await say('create -it --name typist host sh -c', 'stty -echo; echo ready; cat; echo over');
    const session = start(['start', '-ai', 'typist']);
    await session.says('ready');
    session.child.stdin!.end('typed\n');
    expect(await session.ended).toEqual({ code: 0, stdout: 'ready\r\ntyped\r\nover\r\n', stderr: '' });
    await say('rm typist');
  });

  it('the end of a pipe also ends a line that was only begun, whoever holds the terminal and whatever its character is', async () => {
    const script = 'stty -echo eof ^E; echo ready; cat; echo; echo over';
    const whole = { code: 0, stdout: 'ready\r\ntyped\r\nover\r\n', stderr: '' };
    await say('create -it --name typist host sh -c', script);
    for (const line of [
      ['start', '-ai', 'typist'],
      ['run', '--rm', '-it', 'host', 'sh', '-c', script],
    ]) {
      const session = start(line);
      await session.says('ready');
      session.child.stdin!.end('typed');
      expect(await session.ended).toEqual(whole);
    }
    await say('rm typist');
  });

  it('attach: joins its output, hands signals on, --no-stdin', async () => {
    await say('run -d --name att host sh -c', listener);
    const attached = start(['attach', '--no-stdin', 'att']);
    await until(async () => {
      await say('kill -s USR1 att');
      return attached.stdout.includes('got usr1');
    });
    attached.child.kill('SIGTERM');
    expect((await attached.ended).code).toBe(3);
    await fails(1, /not running/, 'attach', 'att');
    await say('rm att');
  });
});

describe('exec', () => {
  it('-e --env-file -w -u -i -t -d --privileged, and its exit codes', async () => {
    await say('run -d --name ex host sleep 1000');
    expect(await say('exec -e A=5 -w /tmp -u nobody ex sh -c', 'echo $A $(pwd) $(id -un)')).toBe('5 /tmp nobody');
    expect((await command(['exec', '-i', 'ex', 'cat'], { input: 'in\n' })).stdout).toBe('in\n');
    expect(await say('exec -t ex tty')).toMatch(/^\/dev\/pts\/\d+$/);
    expect(await say('exec --privileged ex grep CapEff /proc/self/status')).toBe(ownCapabilities());
    expect(await say('exec ex grep CapEff /proc/self/status')).toMatch(/00000000a80425fb/);
    await say('exec -d ex sh -c', 'echo done > /tmp/done; sleep 500');
    await until(async () => (await command(['exec', 'ex', 'cat', '/tmp/done'])).stdout === 'done\n');
    expect(await say('top ex')).toMatch(/sleep 500/);
    expect(await say('top ex -o pid,args')).toMatch(/^PID +COMMAND\n\d+ +sleep 1000/);
    for (const [args, code] of [
      [['sh', '-c', 'exit 4'], 4],
      [['nothing-here'], 127],
      [['/etc/passwd'], 126],
    ] as const)
      expect((await command(['exec', 'ex', ...args])).code).toBe(code);
    await say('pause ex');
    await fails(1, /paused/, 'exec', 'ex', 'true');
    await say('rm -f ex');
    await fails(1, /no such container/, 'exec', 'ex', 'true');
  });
});

/** run: the program, its environment, its identity, how it ends. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tidyUp } from './life.ts';
import { cgroupsLeft, command, directoriesLeft, line, Running, say, start } from './program.ts';

afterAll(tidyUp);

const folder = mkdtempSync(join(process.env.TMPDIR!, 'run-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

/** run --rm of a shell command in the image host; has to succeed. */
const inside = (flags: string, script: string): Promise<string> => say(`run --rm ${flags} host sh -c`, script);

describe('exit codes', () => {
  it.each([
    [['host', 'sh', '-c', 'exit 7'], 7, /^$/],
    [['host', 'no-such-program'], 127, /^minidocker: no-such-program: not found/],
    [['host', '/etc/passwd'], 126, /^minidocker: \/etc\/passwd: cannot be run/],
    [['no-such-image', 'true'], 125, /^minidocker: .*no-such-image/],
    [['--memory', '-1', 'host', 'true'], 125, /^minidocker: --memory: "-1"/],
    [['--memory', '10000000000000000000000000000000', 'host', 'true'], 125, /^minidocker: --memory/],
    [['--cpus', 'abc', 'host', 'true'], 125, /^minidocker: --cpus: "abc"/],
    [['--name', '../x', 'host', 'true'], 125, /^minidocker: --name: "..\/x"/],
    [['--name', 'a\u001b[2Jb', 'host', 'true'], 125, /^minidocker: --name/],
    [['--no-such-flag', 'host'], 125, /^minidocker: run: there is no flag --no-such-flag/],
    [['host', ''], 125, /^minidocker: there is no command/],
    [[], 125, /^minidocker: run: takes 1 at least/],
  ])('run %j is %i', async (args, code, message) => {
    const ended = await command(['run', '--rm', ...args]);
    expect({ ...ended, stderr: '' }).toEqual({ code, stdout: '', stderr: '' });
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr.split('\n').length).toBeLessThanOrEqual(2);
    expect(ended.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(cgroupsLeft()).toEqual([]);
    expect(directoriesLeft()).toEqual([]);
  });
});

describe('signals inside', () => {
  it('to its own process group reach nobody outside', async () => {
    const options = { through: ['setsid', '-w'] };
    const ended = await command(['run', '--rm', 'host', 'sh', '-c', 'sh -c "kill -KILL 0"; exit 5'], options);
    expect(ended.code).toBe(5);
  });
});

describe('standard input and output', () => {
  it('-i hands standard input on, to its end', async () => {
    expect(await command(['run', '--rm', '-i', 'host', 'cat'], { input: 'hi\n' })).toMatchObject({
      code: 0,
      stdout: 'hi\n',
    });
  });
  it('without -i there is none', async () => {
    expect(await command(['run', '--rm', 'host', 'cat'], { input: 'hi\n' })).toMatchObject({ code: 0, stdout: '' });
  });
  it('standard error stays apart', async () => {
    const ended = await command(['run', '--rm', 'host', 'sh', '-c', 'echo out; echo err >&2']);
    expect(ended).toEqual({ code: 0, stdout: 'out\n', stderr: 'err\n' });
  });
  it('a pipe whose reader goes away ends it', async () => {
    const piped = `${line('run', '--rm', 'host', 'sh', '-c', 'yes; exit $?')} | head -n 1; echo $PIPESTATUS`;
    const { stdout } = await new Running(['bash', '-c', piped], { input: '' }).ended;
    expect(stdout).toBe('y\n141\n');
  });
  it('a signal is handed on', async () => {
    const running = start([
      'run',
      '--rm',
      'host',
      'sh',
      '-c',
      'trap "exit 9" TERM; echo ready; while :; do sleep 0.1; done',
    ]);
    await running.says('ready');
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(9);
  });
  it('who does not listen is killed at the third', async () => {
    const running = start(['run', '--rm', 'host', 'sh', '-c', 'trap "" INT; echo ready; while :; do sleep 0.1; done']);
    await running.says('ready');
    // Two that come close together may count as one.
    const asking = setInterval(() => running.child.kill('SIGINT'), 300);
    const { code } = await running.ended;
    clearInterval(asking);
    expect(code).toBe(137);
  });
  it('-t gives it a terminal even where we have none', async () => {
    expect(await command(['run', '--rm', '-t', 'host', 'tty'])).toMatchObject({ code: 0, stdout: '/dev/pts/0\r\n' });
  });
});

describe('the environment', () => {
  it('-e and --env-file', async () => {
    const list = file('list', '# a remark\nA=from file\nB=2\nFROM_HERE\n');
    const ended = await command(
      ['run', '--rm', '-e', 'A=1', '--env', 'EMPTY=', '-e', 'FROM_HERE', '--env-file', list, 'host', 'env'],
      { env: { FROM_HERE: 'here' } },
    );
    expect(ended.stdout.split('\n')).toEqual(expect.arrayContaining(['A=1', 'B=2', 'EMPTY=', 'FROM_HERE=here']));
    expect(ended.stdout).toMatch(/^PATH=/m);
  });
  it('-w, also where there is no such directory yet', async () => {
    expect(await inside('-w /tmp', 'pwd')).toBe('/tmp');
    expect(await inside('--workdir /tmp/a/b', 'pwd')).toBe('/tmp/a/b');
  });
  it('-u by name and by number, --group-add', async () => {
    expect(await inside('-u nobody', 'id -un; id -u')).toBe('nobody\n65534');
    expect(await inside('--user 1234:4321 --group-add 77', 'id -u; id -G')).toBe('1234\n4321 77');
    const tty = /^tty:[^:]*:(\d+)/m.exec(readFileSync('/etc/group', 'utf8'))?.[1];
    expect(await inside('--group-add tty --group-add 77', 'id -G')).toBe(`0 ${tty} 77`);
    expect(await command(['run', '--rm', '--group-add', 'no-such-group', 'host', 'true'])).toMatchObject({
      code: 125,
      stderr: expect.stringMatching(/^minidocker: --group-add: there is no group "no-such-group" in \/etc\/group/),
    });
  });
  it('--entrypoint', async () => {
    expect(await say('run --rm --entrypoint echo host a b')).toBe('a b');
  });
});

describe('identity', () => {
  it('-h, --domainname', async () => {
    expect(await inside('-h lab --domainname example', 'hostname; cat /proc/sys/kernel/domainname')).toBe(
      'lab\nexample',
    );
  });
  it('--name, --label, --label-file, --annotation, --cidfile, --stop-signal, --stop-timeout', async () => {
    const labels = file('labels', 'from=file\n');
    const id = join(folder, 'cid');
    const made = await say(
      `create --name it -l a=1 --label b --label-file ${labels} --annotation x.y=z --cidfile ${id} --stop-signal USR1 --stop-timeout 3 host true`,
    );
    expect(readFileSync(id, 'utf8')).toBe(made);
    const [found] = JSON.parse(await say('inspect it'));
    expect(found).toMatchObject({
      Id: made,
      Name: '/it',
      Config: { Labels: { a: '1', b: '', from: 'file' }, StopSignal: 'SIGUSR1', StopTimeout: 3 },
    });
    expect(JSON.parse(readFileSync(found.OciConfigPath, 'utf8')).annotations).toMatchObject({ 'x.y': 'z' });
    const again = await command(['create', '--name', 'it', 'host', 'true']);
    expect(again).toMatchObject({ code: 125, stderr: expect.stringMatching(/^minidocker: .*it/) });
    const taken = await command(['create', '--cidfile', id, 'host', 'true']);
    expect(taken).toMatchObject({ code: 125, stderr: expect.stringMatching(/exists already/) });
    await say('rm it');
  });
});

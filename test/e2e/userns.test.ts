/** --userns, as commands: who a container's root is outside, in its whole life. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canIdMap, until, witness } from '../support.ts';
import { tidyUp } from './life.ts';
import { command, directoriesLeft, line, Running, say, start, terminal } from './program.ts';

const possible = canIdMap();
const scratch = (name: string): string => join(process.env.TMPDIR!, name);
const state = (...path: string[]): string => join(process.env.MINIDOCKER_ROOT!, ...path);
const ranges = (): string[] => (fs.existsSync(state('ids')) ? fs.readdirSync(state('ids')) : []);

afterAll(() => {
  expect([directoriesLeft(), ranges()]).toEqual([[], []]);
});

/** The first line of the map of a container's first process, read from outside. */
const mapOf = async (name: string): Promise<string> =>
  witness('cat', `/proc/${await say('inspect -f {{.State.Pid}}', name)}/uid_map`)
    .trim()
    .replace(/\s+/g, ' ');

describe.runIf(possible)('run --userns', () => {
  it('auto: two containers have nothing in common', async () => {
    for (const name of ['one', 'two']) await say(`run -d --userns auto --name ${name} host sleep 1000`);
    const [one, two] = [await mapOf('one'), await mapOf('two')];
    expect(one).toMatch(/^0 \d+ 65536$/);
    expect(two).toMatch(/^0 \d+ 65536$/);
    expect(Math.abs(Number(one.split(' ')[1]) - Number(two.split(' ')[1]))).toBeGreaterThanOrEqual(65536);
    expect(await say('inspect -f {{.HostConfig.UsernsMode}} one')).toBe('auto');
    await say('rm -f one two');
  });

  it('ten at once', async () => {
    const names = Array.from({ length: 10 }, (_, n) => `at-once-${n}`);
    await Promise.all(names.map((it) => say(`run -d --userns auto --name ${it} host sleep 1000`)));
    const firsts = (await Promise.all(names.map(mapOf))).map((it) => Number(it.split(' ')[1])).sort((a, b) => a - b);
    for (let n = 1; n < firsts.length; n++) expect(firsts[n]! - firsts[n - 1]!).toBeGreaterThanOrEqual(65536);
    await say('rm -f', ...names);
  });

  it('auto:size=N and ranges', async () => {
    expect(await say('run --rm --userns auto:size=100 host cat /proc/self/gid_map')).toMatch(/^0\s+\d+\s+100$/);
    const two = await say('run --rm --userns 0:400000:10,10:500000:20 host cat /proc/self/uid_map');
    expect(two.replace(/ +/g, ' ').split('\n ')).toEqual(['0 400000 10', '10 500000 20']);
    expect(await say('run --rm --userns host host readlink /proc/self/ns/user')).toBe(
      fs.readlinkSync('/proc/self/ns/user'),
    );
  });

  it.each([
    ['--userns 5', /"5" is no range of ids/],
    ['--userns 0:100:0', /a range without an id/],
    ['--userns 1:100:10', /does not say who root \(0\) is outside/],
    ['--userns 0:0:5000000000', /beyond the last id/],
    ['--userns 0:100:10,5:300:10', /overlap inside/],
    ['--userns 0:100:10,50:105:10', /overlap outside/],
    ['--userns auto:size=0', /a range without an id/],
    ['--userns auto:size=9999999999', /no 9999999999 in a row are free/],
    ['--userns auto:size=10 -u 50', /--user: 50:0 is not mapped .* give the container more ids/],
    ['--userns auto --privileged', /--privileged and --userns auto do not go together/],
    ['--userns auto --pid host', /--pid host and --userns auto/],
    ['--userns auto --network host', /--network host and --userns auto/],
    ['--userns auto --ipc container:x', /--ipc container:x and --userns auto/],
  ])('run %s is refused, and nothing is left', async (flags, reason) => {
    const { code, stderr } = await command(['run', '--rm', ...flags.split(' '), 'host', 'true']);
    expect({ code, stderr }).toEqual({ code: 125, stderr: expect.stringMatching(reason) });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect([directoriesLeft(), ranges()]).toEqual([[], []]);
  });

  it('says which user and group it does not have', async () => {
    const line = ['run', '--rm', '--userns', 'auto:size=100', 'host', 'true'];
    for (const [flag, reason] of [
      ['--user=5000', /^minidocker: --user: 5000:0 is not mapped in this user namespace; /],
      ['--group-add=5000', /^minidocker: --group-add: of 5000 not all are mapped in this user namespace; /],
    ] as const) {
      const { code, stderr } = await command(line.toSpliced(1, 0, flag));
      expect({ code, stderr }).toEqual({ code: 125, stderr: expect.stringMatching(reason) });
    }
  });

  it('opens standard output again, a pipe or a terminal, also as another user', async () => {
    const print = (flags: string[]): string[] => ['run', '--rm', '--userns', 'auto', ...flags, 'host', 'sh', '-c'];
    const pipe = new Running(['sh', '-c', `${line(...print(['-u', '9']), 'id -u > /dev/stdout')} | cat`], {
      input: '',
    });
    expect(await pipe.ended).toEqual({ code: 0, stdout: '9\n', stderr: '' });
    const session = terminal(line(...print(['-t', '-u', '9']), 'id -u > "$(tty)"'));
    expect((await session.ended).stdout.trim()).toBe('9');
  });
});

describe.runIf(possible)('its network', () => {
  const host = `mdt${process.pid.toString(36)}uns`;
  const options = { through: ['nsenter', `--net=/run/netns/${host}`], env: { MINIDOCKER_NETWORK: '' } };
  const there = async (text: string, ...more: string[]): Promise<string> => {
    const { code, stdout, stderr } = await command([...text.split(' '), ...more], options);
    expect({ text, code, stderr }).toEqual({ text, code: 0, stderr });
    return stdout.trim();
  };

  beforeAll(async () => {
    // The supervisor that there is lives in the machine's network, and would lay the cable there.
    await tidyUp();
    witness('ip', 'netns', 'add', host);
    witness('ip', '-n', host, 'link', 'set', 'lo', 'up');
  });

  afterAll(async () => {
    await command(['rm', '-f', 'web'], options);
    await command(['network', 'prune', '-f'], options);
    await tidyUp();
    witness('ip', 'netns', 'del', host);
  });

  it('belongs to its user namespace: a cable, a published port, names, sysctls', async () => {
    await there('network create red');
    const sysctl = '--sysctl net.ipv4.ip_default_ttl=33';
    await there(`run -d --userns auto --name web --network red -p 8080:80 ${sysctl} busybox httpd -f -h /etc`);
    await there('exec web sh -c', 'until wget -qO /dev/null http://127.0.0.1/hostname; do sleep 0.1; done');
    const id = await there('inspect -f {{.Id}} web');
    expect(
      witness('nsenter', `--net=/run/netns/${host}`, 'curl', '-s', '--max-time', '9', 'http://127.0.0.1:8080/hostname'),
    ).toBe(`${id.slice(0, 12)}\n`);
    const pid = await there('inspect -f {{.State.Pid}} web');
    expect(witness('nsenter', '-t', pid, '-n', 'cat', '/proc/sys/net/ipv4/ip_default_ttl')).toBe('33\n');
    // Its root has rights over its own links.
    expect(witness('nsenter', '-t', pid, '-U', '-n', 'ip', 'address', 'add', '10.9.9.9/32', 'dev', 'lo')).toBe('');
    expect(await there('run --rm --userns auto --network red busybox wget -qO- http://web/hostname')).toBe(
      id.slice(0, 12),
    );
    // Those of one network may have different user namespaces, or none.
    expect(await there('run --rm --network red busybox wget -qO- http://web/hostname')).toBe(id.slice(0, 12));
    expect(await there('top web -eo uid,pid,args')).toMatch(
      new RegExp(`${(await mapOf('web')).split(' ')[1]} +${pid} +httpd`),
    );
    await there('rm -f web');
  });
});

describe.runIf(possible)('a container with ids of its own', () => {
  it('lives a whole life: exec, cp both ways, restart, volume, limits', async () => {
    await say('run -d --userns auto --name life -m 64M -v kept:/kept host sh -c', 'echo 1 >> /kept/starts; sleep 1000');
    const first = Number((await mapOf('life')).split(' ')[1]);
    await until(() => fs.existsSync(state('volumes/kept/_data/starts')));
    expect(witness('stat', '-c', '%u', state('volumes/kept/_data'), state('volumes/kept/_data/starts'))).toBe(
      `${first}\n${first}\n`,
    );
    expect(await say('exec life id -u')).toBe('0');
    expect(await say('exec -u 5 life sh -c', 'id -u; cat /proc/self/uid_map')).toMatch(
      new RegExp(`^5\n\\s+0\\s+${first}\\s+65536$`),
    );

    fs.writeFileSync(scratch('in'), 'hello\n', { mode: 0o640 });
    await say(`cp ${scratch('in')} life:/root/in`); // a tmpfs of the container's own
    await say(`cp ${scratch('in')} life:/in`);
    expect(await say('exec life stat -c', '%u:%g %a', '/root/in', '/in')).toBe('0:0 640\n0:0 640');
    await say('exec life chown 12:13 /in');
    await say(`cp -a life:/in ${scratch('out')}`);
    expect(witness('stat', '-c', '%u:%g', scratch('out')).trim()).toBe('12:13');

    await say('restart -t 0 life');
    expect(Number((await mapOf('life')).split(' ')[1])).toBe(first);
    await until(() => fs.readFileSync(state('volumes/kept/_data/starts'), 'utf8') === '1\n1\n');
    await say('stop -t 0 life');
    // Stopped, its files are seen with the same owners.
    fs.rmSync(scratch('out'));
    await say(`cp -a life:/in ${scratch('out')}`);
    expect(witness('stat', '-c', '%u:%g', scratch('out')).trim()).toBe('12:13');
    await say(`cp ${scratch('in')} life:/later`);
    await say('start life');
    expect(await say('exec life stat -c %u:%g /later')).toBe('0:0');

    await say('rm -f life');
    await say('volume rm kept');
    for (const it of ['in', 'out']) fs.rmSync(scratch(it));
  });

  it('is gone through step by step on a terminal', async () => {
    const session = terminal(line('run', '--rm', '--step', '--userns', 'auto', 'host', 'cat', '/proc/self/uid_map'));
    await session.says(/1 of \d+.*abort > $/s);
    const count = Number(/1 of (\d+)/.exec(session.stdout)![1]);
    for (let step = 1; step <= count; step++) {
      await session.says(new RegExp(`${step} of ${count}.*abort > $`, 's'));
      session.type('\r');
    }
    expect((await session.ended).stdout).toMatch(/id-mapped-mounts.*id-map.*\s0 +\d+ +65536/s);
  });

  it('has its own copy of a directory whose file system has no id-mapped mounts', async () => {
    const image = scratch('image');
    fs.mkdirSync(image);
    // ramfs has none. It is mounted in a mount namespace of the command's alone.
    const prepare = `mount -t ramfs ramfs ${image}; cd ${image}; mkdir bin proc sys dev etc; cp /bin/busybox bin
      for it in sh stat touch; do ln -s busybox bin/$it; done
      touch one; chown 5:6 one; chmod 4755 one; ln one two; touch far; chown 2000 far
      "$@"; echo "code $?" "$(stat -c %u:%g one)" $(ls -d made 2>&1)`;
    const through = ['unshare', '--mount', 'sh', '-c', prepare, 'sh'];
    const look = "stat -c '%n %u:%g %a' /one /two /far /bin/sh; touch /made";
    const first = await command(['run', '--name', 'copied', '--userns', '0:300000:1000', image, 'sh', '-c', look], {
      through,
    });
    const inside = '/one 5:6 4755\n/two 5:6 4755\n/far 65534:0 644\n/bin/sh 0:0 777\n';
    // The image itself is as it was.
    const outside = /code 0 5:6 ls: cannot access 'made': No such file or directory\n$/;
    expect(first).toEqual({ code: 0, stdout: expect.stringContaining(inside), stderr: '' });
    expect(first.stdout).toMatch(outside);
    const copy = state('containers', await say('inspect -f {{.Id}} copied'), 'shifted');
    expect(witness('stat', '-c', '%u:%g', join(copy, 'one'), join(copy, 'made'))).toBe(
      '300005:300006\n300000:300000\n',
    );
    // It stays the container's.
    expect(await say('start -a copied')).toBe(inside.trim());
    await say('rm copied');
    expect(fs.existsSync(copy)).toBe(false);

    const refused = await command(['run', '--rm', '--userns', 'auto', '-v', `${image}:/x:idmap`, 'host', 'true'], {
      through,
    });
    expect(refused.stderr).toMatch(/image cannot be mounted with other owners.*ext4/);
    fs.rmdirSync(image);
  });

  it('whose command was killed gives its ids back', async () => {
    const running = start(['run', '--rm', '--userns', 'auto', 'host', 'sh', '-c', 'echo up; sleep 1000']);
    await running.says('up');
    expect(ranges()).toHaveLength(1);
    running.child.kill('SIGKILL');
    await running.ended;
    await until(async () => (await say('ps -aq')) === '');
    expect(ranges()).toEqual([]);
  });
});

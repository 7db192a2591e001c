/** Files and directories: -v, --mount, --tmpfs, --read-only, --device; cp, diff, export; volumes. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fails, tidyUp } from './life.ts';
import { command, say } from './program.ts';

afterEach(tidyUp);

const folder = mkdtempSync(join(process.env.TMPDIR!, 'files-'));
const shared = join(folder, 'shared');
mkdirSync(shared);
writeFileSync(join(shared, 'here'), 'from here\n');

const inside = (flags: string, script: string): Promise<string> => say(`run --rm ${flags} host sh -c`, script);

describe('what run shows inside', () => {
  it('-v: a directory, also read-only; one that is missing is made', async () => {
    expect(await inside(`-v ${shared}:/data`, 'cat /data/here; echo new > /data/there')).toBe('from here');
    expect(readFileSync(join(shared, 'there'), 'utf8')).toBe('new\n');
    expect(await inside(`-v ${shared}:/data:ro`, 'cat /data/here; echo x > /data/no 2>/dev/null || echo refused')).toBe(
      'from here\nrefused',
    );
    expect(await inside(`-v ${folder}/made:/made`, 'test -d /made && echo there')).toBe('there');
    expect(existsSync(join(folder, 'made'))).toBe(true);
  });
  it('is for every user inside, whatever our umask is', async () => {
    const through = ['sh', '-c', 'umask 077; exec "$@"', 'sh'];
    const places = ['/', '/dev', '/made', '/kept', '/some/where', '/etc/hosts', '/bin', '/etc/passwd'];
    const flags = `-u 9 --network bridge -v ${folder}/closed:/made -v kept:/kept -w /some/where`.split(' ');
    const run = ['run', '--rm', ...flags, 'busybox', 'stat', '-c', '%a', ...places];
    const env = { MINIDOCKER_ROOT: join(folder, 'root') };
    const { stdout, stderr } = await command(run, { through: ['unshare', '--net', ...through], env });
    expect({ stdout, stderr }).toEqual({ stdout: '755\n755\n755\n755\n755\n644\n755\n644\n', stderr: '' });
    // What is ours is as closed as ever.
    expect(statSync(join(folder, 'root')).mode & 0o777).toBe(0o700);
  });
  it('--mount: bind, tmpfs and volume in words', async () => {
    expect(
      await inside(
        `--mount type=bind,source=${shared},target=/m,readonly`,
        'cat /m/here; touch /m/x 2>/dev/null || echo ro',
      ),
    ).toBe('from here\nro');
    expect(
      await inside('--mount type=tmpfs,target=/t,tmpfs-size=1m', 'df -k /t | tail -1 | tr -s " " | cut -d" " -f1,2'),
    ).toBe('tmpfs 1024');
    await fails(
      125,
      /\/nowhere-at-all/,
      'run',
      '--rm',
      '--mount',
      'type=bind,source=/nowhere-at-all,target=/x',
      'host',
      'true',
    );
  });
  it('--tmpfs, --shm-size, --read-only', async () => {
    expect(await inside('--tmpfs /scratch:size=2m,mode=1777', 'stat -f -c %T /scratch; stat -c %a /scratch')).toBe(
      'tmpfs\n1777',
    );
    expect(await inside('--shm-size 3m', 'df -k /dev/shm | tail -1 | tr -s " " | cut -d" " -f2')).toBe('3072');
    expect(await inside('--read-only', 'touch /x 2>/dev/null || echo refused; touch /dev/shm/x && echo shm')).toBe(
      'refused\nshm',
    );
  });
  it('--device, --device-cgroup-rule', async () => {
    expect(await inside('--device /dev/zero:/dev/nil:r', 'head -c 2 /dev/nil | od -An -tx1 | tr -d " "')).toBe('0000');
    // A number that no driver has: the control group decides before that is found out.
    const open = ['host', 'sh', '-c', 'mknod /dev/odd c 240 7; cat /dev/odd 2>&1'];
    expect((await command(['run', '--rm', ...open])).stdout).toMatch(/not permitted/);
    expect((await command(['run', '--rm', '--device-cgroup-rule', 'c 240:* rwm', ...open])).stdout).toMatch(
      /No such device/,
    );
  });
});

describe('volumes', () => {
  it('create, ls, inspect, rm, prune; kept by name, removed when anonymous', async () => {
    expect(await say('volume create --label a=1 data')).toBe('data');
    expect(await inside('-v data:/data', 'echo kept > /data/x')).toBe('');
    expect(await inside('-v data:/data', 'cat /data/x')).toBe('kept');
    await say('create --name user -v data:/data -v /anonymous host true');
    expect((await say('volume ls -q')).split('\n')).toHaveLength(2);
    expect(await say('volume ls --filter label=a --format {{.Name}}')).toBe('data');
    expect(JSON.parse(await say('volume inspect data'))).toMatchObject([
      { Name: 'data', Labels: { a: '1' }, Driver: 'local' },
    ]);
    expect(JSON.parse(await say('inspect --type volume data'))).toMatchObject([{ Name: 'data' }]);
    await fails(1, /in use by/, 'volume', 'rm', 'data');
    await say('rm -v user');
    expect(await say('volume ls -q')).toBe('data');
    expect(await say('volume prune -f')).toMatch(/Total reclaimed space: 0B/);
    expect(await say('volume prune -f -a')).toMatch(/^Deleted Volumes:\ndata\n/);
    await fails(1, /no such volume/, 'volume', 'rm', 'data');
    expect(await command(['volume', 'rm', '-f', 'data'])).toMatchObject({ code: 0 });
  });
});

describe('cp, diff, export', () => {
  it('both ways, as archives too, -L and -a, safe against links', async () => {
    await say(
      'run -d --name box busybox sh -c',
      'mkdir /d; echo a > /d/a; ln -s a /d/link; ln -s /etc /d/out; chown 7:7 /d/a; rm /etc/group; sleep 1000',
    );
    await say('exec box sh -c', 'until [ ! -e /etc/group ]; do sleep 0.1; done');
    expect((await say('diff box')).split('\n')).toEqual(
      expect.arrayContaining(['A /d', 'A /d/a', 'C /etc', 'D /etc/group']),
    );
    await say(`cp box:/d/a ${folder}/a`);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('a\n');
    await say(`cp -L box:/d/link ${folder}/followed`);
    expect(readFileSync(join(folder, 'followed'), 'utf8')).toBe('a\n');
    await say(`cp -a box:/d ${folder}/whole`);
    expect(statSync(join(folder, 'whole/a')).uid).toBe(7);
    await say(`cp -q ${shared}/here box:/d/`);
    expect(await say('exec box cat /d/here')).toBe('from here');
    // A link inside leads nowhere but inside.
    await say(`cp ${shared}/here box:/d/out/planted`);
    expect(existsSync('/etc/planted')).toBe(false);
    expect(await say('exec box cat /etc/planted')).toBe('from here');
    const names = (archive: string): string[] =>
      execFileSync('tar', ['t'], { input: Buffer.from(archive, 'latin1'), encoding: 'utf8' })
        .split('\n')
        .filter(Boolean);
    const { stdout } = await command(['cp', 'box:/d', '-']);
    expect(names(stdout)).toEqual(expect.arrayContaining(['d/', 'd/a', 'd/link']));
    const archive = execFileSync('tar', ['c', '-C', shared, 'there2'].slice(0, 3).concat('here'));
    expect(await command(['cp', '-', 'box:/'], { input: archive })).toMatchObject({ code: 0 });
    expect(await say('exec box cat /here')).toBe('from here');
    await say(`export -o ${folder}/all.tar box`);
    expect(execFileSync('tar', ['tf', join(folder, 'all.tar')], { encoding: 'utf8' })).toMatch(/^(\.\/)?d\/a$/m);
    await fails(1, /there is no \/nothing in the container/, 'cp', 'box:/nothing', folder);
    await fails(1, /neither place is in a container/, 'cp', './a', './b');
  });
});

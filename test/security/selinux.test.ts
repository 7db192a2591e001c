/** SELinux in force, by the small policy of test/vm/guest/selinux.cil: the kernel itself says, in /proc/PID/attr and to stat(1), which label things have; and the rules bite. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isActive } from '../../src/kernel/security-modules.ts';
import { tidyUp } from '../e2e/life.ts';
import { command, directoriesLeft, say } from '../e2e/program.ts';
import { until, witness } from '../support.ts';

const possible = isActive('selinux');
if (!possible) console.log('skipped, because SELinux is not in force here (test/vm runs it)');

const folder = mkdtempSync(join(process.env.TMPDIR!, 'selinux-'));
/** Those of a reader, who may read files of the host's, and do anything with files of containers of its own level. */
const reader = (level: string): string =>
  `--security-opt label=type:reader_t --security-opt label=level:${level} --network none`;
const process1 = 'system_u:system_r:reader_t:s0:c1,c2';
const files1 = 'system_u:object_r:container_file_t:s0:c1,c2';
const label = (...paths: string[]): string[] =>
  witness('stat', '-c', '%C', ...paths)
    .trim()
    .split('\n');

function directory(name: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, 'sub'), { recursive: true });
  writeFileSync(join(path, 'sub/file'), 'hello\n');
  symlinkSync('/etc/passwd', join(path, 'sub/link'));
  return path;
}

afterAll(async () => {
  await tidyUp();
  expect(directoriesLeft()).toEqual([]);
});

describe.runIf(possible)('SELinux', () => {
  it('nothing is asked for: the program is what its caller is', async () => {
    expect(await say('run --rm host cat /proc/self/attr/current')).toBe(witness('cat', '/proc/self/attr/current'));
  });

  it('the program has the label that is asked for, what is mounted has that of its files; exec and logs too', async () => {
    await say(
      `run -d --name one ${reader('s0:c1,c2')} host sh -c`,
      'cat /proc/self/attr/current; echo; exec sleep 1000',
    );
    const pid = await say('inspect -f {{.State.Pid}} one');
    expect(witness('cat', `/proc/${pid}/attr/current`)).toBe(`${process1}\0`);
    expect(await say('exec one cat /proc/self/attr/current')).toBe(`${process1}\0`);
    // A pipe that it may not write to would have been taken from it.
    await until(async () => (await say('logs one')) === `${process1}\0`);
    const places = ['/', '/usr/bin/cat', '/dev', '/dev/null', '/dev/shm', '/root'];
    expect(label(...places.map((it) => `/proc/${pid}/root${it}`))).toEqual(places.map(() => files1));
    expect(label('/usr/bin/cat')).not.toContain(files1);
    expect(await say('inspect -f {{.ProcessLabel}} one')).toBe(process1);
    expect(await say('inspect -f {{.MountLabel}} one')).toBe(files1);
    await say('rm -f one');
  });

  it('rules bite that capabilities and modes do not know', async () => {
    const [open, shared, own] = ['open', 'shared', 'own'].map(directory);
    const volumes = `-v ${open}:/open -v ${shared}:/shared:z -v ${own}:/own:Z -v kept:/kept`;
    const write = 'for it in open shared own kept; do touch /$it/new && echo $it; done';
    const first = await command(`run --rm ${reader('s0:c1,c2')} ${volumes} host sh -c`.split(' ').concat(write));
    expect(first.stdout).toBe('shared\nown\nkept\n');
    expect(first.stderr).toMatch(/^touch: .*'\/open\/new': Permission denied\n$/);
    expect(label(own!, ...['sub', 'sub/file', 'sub/link', 'new'].map((it) => join(own!, it)))).toEqual(
      Array(5).fill(files1),
    );
    expect(label(join(shared!, 'sub/file'))).toEqual(['system_u:object_r:container_file_t:s0']);
    // What a link leads to has kept its own.
    expect(label('/etc/passwd')).toEqual(['system_u:object_r:host_file_t:s0']);

    const unlabelled = volumes.replace(/:[zZ]\b/g, '');
    const read = 'cat /shared/sub/file; touch /kept/other && echo kept; cat /own/sub/file';
    const other = await command(`run --rm ${reader('s0:c3')} ${unlabelled} host sh -c`.split(' ').concat(read));
    expect(other).toEqual({ code: 1, stdout: 'hello\nkept\n', stderr: 'cat: /own/sub/file: Permission denied\n' });
    // Without a label nothing keeps root from it.
    expect(await say(`run --rm ${unlabelled} host cat /own/sub/file`)).toBe('hello');
    await say('volume rm kept');
  });

  it('a terminal is the container’s', async () => {
    const line = `run --rm -t ${reader('s0:c1,c2')} busybox tty`;
    expect(await say(line)).toBe('/dev/pts/0');
  });

  it('what the policy does not allow, or does not know, is an error that says so', async () => {
    const fails = async (option: string, ...rest: string[]): Promise<[code: number | null, stderr: string]> => {
      const { code, stderr } = await command(['run', '--rm', '--security-opt', option, ...rest]);
      return [code, stderr];
    };
    expect(await fails('label=type:nobody_t', 'host', 'true')).toEqual([
      125,
      expect.stringMatching(
        /^minidocker: --security-opt: the SELinux policy has no context "system_u:system_r:nobody_t:s0"; .*\n$/,
      ),
    ]);
    // The policy lets nobody change to this one.
    expect(await fails('label=type:stranger_t', 'host', 'true')).toEqual([
      126,
      expect.stringContaining('true: cannot be run (permission denied)'),
    ]);
    expect(await fails('label=type:reader_t', '-v', '/etc:/mine:Z', 'host', 'true')).toEqual([
      125,
      expect.stringContaining("/etc is the host's own"),
    ]);
    expect(label('/etc')).toEqual(['system_u:object_r:host_file_t:s0']);
  });
});

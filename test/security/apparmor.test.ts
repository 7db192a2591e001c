/** AppArmor in force: the kernel itself says, in /proc/PID/attr read from outside, which profile a container has; and the profile bites. */
import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { hasApparmorParser, isActive } from '../../src/kernel/security-modules.ts';
import { command, directoriesLeft, say } from '../e2e/program.ts';
import { witness } from '../support.ts';

const DEFAULT = 'minidocker-default (enforce)';
const possible = isActive('apparmor') && hasApparmorParser();
if (!possible) console.log('skipped, because AppArmor is not in force here (test/vm runs it)');

const parser = (option: string, text: string): void =>
  void execFileSync('apparmor_parser', [option, '--skip-cache'], { input: text, stdio: ['pipe', 'ignore', 'pipe'] });

/** A profile that forbids one file, whose mode allows everybody to read it. */
const forbidding = `@{PROC}=/proc/
profile mdt-forbidding flags=(attach_disconnected,mediate_deleted) {
  file,
  capability,
  network,
  signal,
  deny /etc/debian_version r,
}
`;

/** What its first process is, as the host sees it. */
const labelOf = async (name: string): Promise<string> =>
  witness('cat', `/proc/${await say('inspect -f {{.State.Pid}}', name)}/attr/current`).trim();

afterAll(() => expect(directoriesLeft()).toEqual([]));

describe.runIf(possible)('AppArmor', () => {
  it('confines by a profile of our own where nothing is said, and exec too', async () => {
    await say('run -d --name usual host sleep 1000');
    expect(await labelOf('usual')).toBe(DEFAULT);
    expect(await say('exec usual cat /proc/self/attr/current')).toBe(DEFAULT);
    expect(await say('inspect -f {{.AppArmorProfile}} usual')).toBe('minidocker-default');
    // The kernel has it, and says so to others.
    expect(witness('cat', '/sys/kernel/security/apparmor/profiles')).toContain(DEFAULT);
    await say('stop -t 5 usual'); // signals from outside come through
    await say('rm usual');
  });

  it('forbids what capabilities and seccomp would allow', async () => {
    const mounting = ['--cap-add', 'SYS_ADMIN', '--security-opt', 'seccomp=unconfined', 'host'];
    const mount = 'mount -t tmpfs none /mnt && echo mounted';
    const confined = await command(['run', '--rm', ...mounting, 'sh', '-c', mount]);
    // EACCES, which mount(8) has words of its own for.
    expect(confined).toMatchObject({ code: 32, stdout: '', stderr: expect.stringContaining('/mnt: cannot mount') });
    const free = await command([
      'run',
      '--rm',
      '--security-opt',
      'apparmor=unconfined',
      ...mounting,
      'sh',
      '-c',
      mount,
    ]);
    expect(free).toEqual({ code: 0, stdout: 'mounted\n', stderr: '' });
    expect(await say('run --rm --privileged host cat /proc/self/attr/current')).toBe('unconfined');
  });

  it('takes a profile of the administrator’s', async () => {
    parser('--replace', forbidding);
    try {
      const line = ['run', '--rm', '--security-opt', 'apparmor=mdt-forbidding', 'host'];
      expect(await command([...line, 'cat', '/proc/self/attr/current'])).toMatchObject({
        stdout: 'mdt-forbidding (enforce)\n',
      });
      const refused = await command([...line, 'cat', '/etc/debian_version']);
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('Permission denied') });
      expect(await say('run --rm host cat /etc/debian_version')).toMatch(/\d/);
    } finally {
      parser('--remove', forbidding);
    }
  });

  it('that is not there is an error that says so', async () => {
    const { code, stderr } = await command(['run', '--rm', '--security-opt', 'apparmor=nobody-knows', 'host', 'true']);
    expect(code).toBe(125);
    expect(stderr).toMatch(/^minidocker: --security-opt: the kernel has no AppArmor profile "nobody-knows"; .*\n$/);
  });
});

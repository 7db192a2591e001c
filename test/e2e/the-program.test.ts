/** help, version, completion, doctor; and what somebody without root is told. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { command, say } from './program.ts';

const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Can somebody without root read the checkout, and is there setpriv? */
const canTry = ((): boolean => {
  try {
    execFileSync(
      nobody[0]!,
      [...nobody.slice(1), process.execPath, '-e', `require('node:fs').accessSync(${JSON.stringify(main)})`],
      { stdio: 'ignore' },
    );
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
})();

describe('the program', () => {
  it('help, and -h of each kind', async () => {
    const text = await say('help');
    expect(text).toMatch(/^Usage {2}minidocker \[OPTIONS\] COMMAND/);
    expect(await say('')).toBe(text);
    expect(await say('--help')).toBe(text);
    expect(await say('help run')).toBe(await say('run --help'));
    expect(await say('help volume')).toBe(await say('volume'));
    expect(await say('container ls --help')).toMatch(/--filter NAME=VALUE/);
  });
  it('version', async () => {
    expect(await say('version')).toMatch(/^minidocker version \d+\.\d+\.\d+ \(Node v\d+/);
    expect(await say('--version')).toBe(await say('version'));
    expect(await say('version -f {{.Client.Version}}')).toMatch(/^\d+\.\d+\.\d+$/);
  });
  it('completion bash, zsh, fish', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) expect(await say(`completion ${shell}`)).toContain('minidocker');
    expect(await command(['completion', 'tcsh'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/bash, zsh, fish/),
    });
  });
  it('doctor', async () => {
    expect(await say('doctor')).toMatch(/pid namespace/);
    expect(JSON.parse(await say('doctor --format json'))).toContainEqual(
      expect.objectContaining({ name: 'pid namespace' }),
    );
  });
  it('says what it does not know', async () => {
    expect(await command(['runn'])).toMatchObject({
      code: 125,
      stderr: expect.stringMatching(/^minidocker: there is no command "runn"; did you mean run\?/),
    });
    expect(await command(['run', '--gpus', 'all', 'host'])).toMatchObject({
      code: 125,
      stderr: expect.stringMatching(/--gpus is not supported/),
    });
  });
});

describe.runIf(canTry)('without root', () => {
  it('what changes the host is refused with the reason and the way out, exit code 1', async () => {
    expect(await command(['network', 'create', 'x'], { through: nobody })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^minidocker: network create needs root: .*sudo minidocker/),
    });
  });
  it('run --rootless works where the kernel lets it, and else says why', async () => {
    const root = mkdtempSync('/tmp/minidocker-nobody-');
    chmodSync(root, 0o777);
    try {
      const env = { MINIDOCKER_ROOT: `${root}/state`, TMPDIR: root };
      const ended = await command(['run', '--rm', '--rootless', 'host', 'id', '-u'], { through: nobody, env });
      if (ended.code === 0) expect(ended.stdout).toBe('0\n');
      else expect(ended).toMatchObject({ code: 125, stderr: expect.stringMatching(/^minidocker: /) });
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

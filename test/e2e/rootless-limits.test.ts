/** Limits without root: in a part of a pure v2 tree that was given to the user. */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { layout } from '../../src/cgroup/layout.ts';
import { until } from '../support.ts';
import { command } from './program.ts';

const NOBODY = 65534;
const given = `/sys/fs/cgroup/${process.env.MINIDOCKER_CGROUP}-given`;
const canTry = process.getuid?.() === 0 && layout().kind === 'v2' && !existsSync('/run/systemd/system');
// Where every test of a file is skipped, so are its hooks.
const home = canTry ? mkdtempSync('/tmp/mdt-given-') : '';
if (canTry) chmodSync(home, 0o777);
const env = { HOME: home, TMPDIR: home, MINIDOCKER_NETWORK: '', MINIDOCKER_ROOT: join(home, 'state') };
const user = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
// Once the group has handed controllers on, its processes are in a group below it.
const enter = `group=${given}; [ ! -d $group/.init ] || group=$group/.init; echo $$ > $group/cgroup.procs; exec "$@"`;
const through = ['sh', '-c', enter, 'sh', ...user];
const run = (...args: string[]) => command(args, { through, env });

const removeGroups = (directory: string): void => {
  for (const it of readdirSync(directory, { withFileTypes: true }))
    if (it.isDirectory()) removeGroups(join(directory, it.name));
  rmdirSync(directory);
};

describe.runIf(canTry)('an ordinary user with a group', () => {
  afterAll(async () => {
    rmSync(home, { recursive: true, force: true });
    await until(() => {
      try {
        removeGroups(given);
      } catch {}
      return !existsSync(given);
    });
  });

  it('limits memory and the number of processes', async () => {
    mkdirSync(given, { recursive: true });
    for (const it of ['', '/cgroup.procs', '/cgroup.subtree_control', '/cgroup.threads'])
      chownSync(given + it, NOBODY, NOBODY);
    writeFileSync('/sys/fs/cgroup/cgroup.subtree_control', '+memory +pids +cpu');
    const hog = 'head -c 200M /dev/zero | tail -n 1 > /dev/null; echo $?';
    const killed = await run('run', '--rm', '-m', '48m', '--pids-limit', '20', 'host', 'sh', '-c', hog);
    expect(killed).toMatchObject({ code: 0, stdout: '137\n', stderr: expect.stringMatching(/^(Killed\n)?$/) });
    const forks = 'for i in 1 2 3 4 5 6 7 8; do sleep 5 & done; wait';
    expect((await run('run', '--rm', '--pids-limit', '4', 'host', 'sh', '-c', forks)).stderr).toMatch(/fork/i);
    expect((await run('run', '--rm', 'host', 'true')).code).toBe(0);
    // Whoever gave it away finds only the group that its processes have moved to.
    const left = readdirSync(given, { withFileTypes: true }).filter((it) => it.isDirectory());
    expect(left.map((it) => it.name)).toEqual(['.init']);
  }, 120_000);
});

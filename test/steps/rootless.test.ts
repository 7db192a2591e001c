/** Without root: the same list in a user namespace, run by an ordinary user (nobody) through setpriv(1). */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const NOBODY = 65534;
const asNobody = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'];
const home = fs.mkdtempSync(join(process.env.TMPDIR!, 'rootless-'));
const project = resolve(import.meta.dirname, '../..');

/** Can that user read the project, and may it make a user namespace at all? */
function reasonToSkip(): string | undefined {
  if (spawnSync('setpriv', [...asNobody, 'test', '-r', join(project, 'src/index.ts')]).status !== 0)
    return `${project} cannot be read by an ordinary user`;
  if (spawnSync('setpriv', [...asNobody, 'unshare', '-Ur', 'true']).status !== 0)
    return 'this kernel refuses user namespaces to ordinary users';
  return undefined;
}
const reason = reasonToSkip();
if (reason) console.log(`rootless tests skipped: ${reason}`);

function runAsNobody(options: object): { stdout: string; stderr: string; exitCode: number; error?: string } {
  const program = `
    const { run } = await import(${JSON.stringify(join(project, 'src/index.ts'))});
    const result = await run(${JSON.stringify(options)}).catch((error) => ({ error: error.message }));
    console.log(JSON.stringify(result));`;
  const file = join(home, 'program.mts');
  fs.writeFileSync(file, program);
  const env = { PATH: process.env.PATH, HOME: home, MINIDOCKER_ROOT: join(home, 'state'), TMPDIR: home };
  const tsx = join(project, 'node_modules/tsx/dist/loader.mjs');
  const output = execFileSync('setpriv', [...asNobody, process.execPath, '--import', tsx, file], {
    env,
    encoding: 'utf8',
  });
  return JSON.parse(output.trim().split('\n').at(-1)!);
}

beforeAll(() => {
  fs.chmodSync(home, 0o755);
  // Every directory on the way must be searchable by that user.
  for (let path = process.env.TMPDIR!; path !== '/' && path !== '/tmp'; path = join(path, '..'))
    fs.chmodSync(path, 0o755);
  fs.chownSync(home, NOBODY, NOBODY);
});

afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

describe.skipIf(reason)('an ordinary user', () => {
  test('is root inside, alone, with a host name and a root of its own', () => {
    const command = [
      'sh',
      '-c',
      'id -u; hostname; ps -e -o pid= | wc -l; touch /etc/mine && echo written; cat /proc/self/uid_map',
    ];
    const { stdout } = runAsNobody({ image: 'host', hostname: 'small', capture: true, command });
    const [uid, name, processes, written, map] = stdout.trim().split('\n');
    expect([uid, name, written]).toEqual(['0', 'small', 'written']);
    expect(Number(processes)).toBeLessThan(5);
    expect(map?.trim().split(/\s+/)).toEqual(['0', String(NOBODY), '1']);
    expect(fs.existsSync('/etc/mine')).toBe(false);
  });

  test('a limit that cannot be enforced is refused', () => {
    expect(runAsNobody({ image: 'host', command: ['true'], memory: '64m' }).error).toMatch(/memory.*without root/);
  });

  test('nothing is left', () => {
    expect(fs.readdirSync(join(home, 'state/containers'))).toEqual([]);
  });
});

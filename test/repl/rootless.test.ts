/** The tour as an ordinary user: it works in a user namespace, or says in a line why it can't. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bin, ended } from './program.ts';

const nobody = 65534;
// Not below the run's own directory, which only root may enter.
const home = mkdtempSync('/tmp/mdt-nobody-');
chmodSync(home, 0o777);
const as = { uid: nobody, gid: nobody, env: { ...process.env, HOME: home, MINIDOCKER_ROOT: join(home, 'state') } };

/** A checkout below a directory that only root may enter can't be run by others. */
const isReadable = process.getuid?.() === 0 && spawnSync(process.execPath, [bin, '--help'], as).status === 0;

afterAll(() => rmSync(home, { recursive: true, force: true }));

it.skipIf(!isReadable)('plays the tour without root', async () => {
  const { status, stdout, stderr } = await ended(spawn(process.execPath, [bin, '--tour'], { ...as, stdio: 'pipe' }));
  if (status === 1) {
    expect(stderr).toContain('user namespaces');
    expect(stderr).toContain('sudo minidocker-repl');
    return;
  }
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain('You are not root, so the container gets a user namespace');
  expect(stdout).toContain('I am process 1, my host is called lab');
});

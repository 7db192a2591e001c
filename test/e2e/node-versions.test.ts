/** The tour on other versions of Node.js, from the npm packages that ship their binaries. */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const project = resolve(import.meta.dirname, '../..');
const cache = '/var/cache/minidocker-test';

/** The binary of a major version, fetched once a machine. */
function nodeBinary(major: number): string {
  const directory = join(cache, `node-${major}-${process.arch}`);
  const binary = join(directory, 'package/bin/node');
  if (fs.existsSync(binary)) return binary;
  const fetching = `${directory}.${process.pid}`;
  fs.mkdirSync(fetching, { recursive: true });
  try {
    execFileSync('npm', ['pack', '--silent', `node-linux-${process.arch}@${major}`], {
      cwd: fetching,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const archive = fs.readdirSync(fetching).find((it) => it.endsWith('.tgz'));
    execFileSync('tar', ['xzf', archive!], { cwd: fetching });
    fs.chmodSync(join(fetching, 'package/bin/node'), 0o755);
    fs.rmSync(join(fetching, archive!));
    if (!fs.existsSync(directory)) fs.renameSync(fetching, directory);
  } finally {
    fs.rmSync(fetching, { recursive: true, force: true });
  }
  return binary;
}

describe('the tour', () => {
  test.each([22, 24])(
    'on Node.js %i',
    (major) => {
      const node = nodeBinary(major);
      expect(execFileSync(node, ['--version'], { encoding: 'utf8' })).toMatch(`v${major}.`);
      const tour = spawnSync(node, [join(project, 'bin/minidocker-repl.js'), '--tour'], {
        encoding: 'utf8',
        input: '',
      });
      expect(tour.stderr).toBe('');
      expect(tour.status).toBe(0);
      expect(tour.stdout).toMatch(/execve/);
    },
    240_000,
  );
});

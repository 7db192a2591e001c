/** What is not ours stays as it is: somebody else's rules, links and routes, byte for byte. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('after everything is removed, rules, links and routes are as before', () => {
  const directory = mkdtempSync(join(tmpdir(), 'networks-'));
  const path = new URL('library.ts', import.meta.url).pathname;
  const command = ['--net', 'node', '--import', 'tsx', path, directory, 'mdtbr0'];
  const seen = JSON.parse(execFileSync('unshare', command, { encoding: 'utf8', timeout: 50_000 }));
  rmSync(directory, { recursive: true });
  expect(seen.before).toContain('table inet foreign');
  expect(seen.meanwhile).toContain('table inet mdtbr0');
  expect(seen.meanwhile).toContain('tcp . 8080 : 172.17.0.2 . 80');
  expect(seen.meanwhile).toContain(seen.before.slice(0, seen.before.indexOf('\n}\n')));
  expect(seen.after).toBe(seen.before);
  expect(seen.refusal).toMatch(/^nft: .*No such file or directory/);
  expect(seen.traced).toBeGreaterThan(3);
});

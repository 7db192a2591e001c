/** Whole containers, on a network that somebody made, on the default one, and on none. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** Runs a script in a network namespace of its own. @returns what it prints, from JSON */
function elsewhere(script: string) {
  const path = new URL(script, import.meta.url).pathname;
  const env = { ...process.env, MINIDOCKER_NETWORK: '' };
  const command = ['--net', 'node', '--import', 'tsx', path];
  return JSON.parse(execFileSync('unshare', command, { encoding: 'utf8', timeout: 50_000, env }));
}

test('a container on a network knows its neighbours by name; its files say so; nothing is left', () => {
  const seen = elsewhere('whole.ts');
  expect(seen.errors).toBe('');
  expect(seen.other).toMatch(/^10\.88\.0\.2\s+www$/m);
  expect(seen.other).toMatch(/bytes from .*10\.88\.0\.2/);
  expect(seen.other).toMatch(/^10\.88\.0\.3\tother$/m);
  expect(seen.other).toMatch(/^10\.88\.0\.1\tgate$/m);
  expect(seen.other).toMatch(/^nameserver 127\.0\.0\.11$/m);
  expect(seen.other).toMatch(/^eth0@\S+\s+UP\s+10\.88\.0\.3\/24/m);
  expect(seen.plain).toMatch(/^eth0@\S+\s+UP\s+172\.17\.0\.2\/16/);
  expect(seen.none).toMatch(/^lo\s+UNKNOWN.*\n$/);
  expect(seen.links).toEqual(['lo']);
});

test('a detached container finds names also after its supervisor was killed; at the end nothing is left', () => {
  const seen = elsewhere('detached.ts');
  // Before and after, and from a container that was connected while it ran.
  expect(seen.answers).toEqual(['10.88.0.3', '10.88.0.3', '10.88.0.3']);
  expect(Object.keys(seen.cables.Networks).sort()).toEqual(['bridge', 'red']);
  expect(seen.meanwhile).toContain('8080 : 10.88.0.3 . 80');
  expect(seen.after).toBe('');
});

/** scripts/router.mjs: two networks and a router between them, by hand. */
import { expect, test } from 'vitest';
import { witness } from '../support.ts';

test('the script shows that packets go on only where a router forwards', () => {
  const lines = witness('node', '--import', 'tsx', 'scripts/router.mjs').trim().split('\n');
  expect(lines[1]).toMatch(/does not forward: .* no answer$/);
  expect(lines[2]).toMatch(/now it does: .* answers$/);
  expect(lines[3]).toMatch(/right → left answers$/);
  expect(lines[4]).toMatch(/10\.2\.0\.2 at ..:..:..:..:..:../);
});

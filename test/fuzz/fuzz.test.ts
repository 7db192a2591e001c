/** A small part of `npm run fuzz`, the same every time. */
import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

test('three thousand inputs: an answer, or one of the expected errors', () => {
  const { counts, failures } = fuzz(1, 3000);
  expect(failures.map(({ target, seed, error }) => `${target} ${seed} ${error}`)).toEqual([]);
  for (const { inputs } of counts.values()) expect(inputs).toBeGreaterThan(100);
});

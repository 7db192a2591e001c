/** Every exercise fails as it is shipped and passes with its solution; and what is shipped is the solution with its gaps. */
import * as fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { attempt } from '../../playground/check.ts';
import { exerciseFile, exercises, shipped, taskOf } from '../../playground/exercises.ts';

const all = exercises();

test('there are exercises', () => {
  expect(all.length).toBeGreaterThan(0);
  expect(new Set(all.map((it) => it.name.slice(0, 2))).size).toBe(all.length);
});

describe.each(all)('$name', (it) => {
  test('fails as it is shipped', async () => {
    const { passed } = await attempt(it.directory, 'exercise');
    expect(passed).toBe(false);
  });

  test('passes with its solution, and each look found something', async () => {
    const { passed, looks, error } = await attempt(it.directory, 'solution');
    expect(error).toBeUndefined();
    expect(looks.filter((look) => !look.ok)).toEqual([]);
    expect(passed).toBe(true);
    for (const look of looks) expect(look.found).not.toBe('');
  });

  test('is the solution with its gaps', () => {
    expect(fs.readFileSync(exerciseFile(it), 'utf8')).toBe(shipped(it));
    expect(shipped(it)).not.toBe(fs.readFileSync(`${it.directory}/solution.ts`, 'utf8'));
    expect(shipped(it)).toContain('// Your turn: ');
  });

  test('has a task and hints', () => {
    expect(it.title).not.toBe('');
    expect(taskOf(it)).toContain('**');
    expect(it.hints.length).toBeGreaterThan(1);
  });
});

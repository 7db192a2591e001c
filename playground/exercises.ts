/** The exercises: each folder NN-name is one, with README.md, solution.ts, exercise.ts and check.ts. Adding one is adding a folder. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Exercise {
  /** `01-hostname` */
  name: string;
  directory: string;
  /** The first line of its README. */
  title: string;
  hints: string[];
}

const root = fileURLToPath(new URL('.', import.meta.url));

/** All of them, in their order. */
export function exercises(): Exercise[] {
  const names = fs.readdirSync(root).filter((name) => /^\d\d-/.test(name));
  return names.sort().map((name) => {
    const directory = join(root, name);
    const readme = fs.readFileSync(join(directory, 'README.md'), 'utf8');
    return { name, directory, title: titleOf(readme), hints: hintsOf(readme) };
  });
}

const titleOf = (readme: string): string => readme.split('\n')[0]!.replace(/^#\s*/, '');

/** The numbered lines under "Hints". They are shown one at a time. */
function hintsOf(readme: string): string[] {
  const [, section = ''] = readme.split(/^## Hints$/m);
  return [...section.matchAll(/^\d+\. (.*)$/gm)].map(([, hint]) => hint!);
}

/** The README without its hints. */
export const taskOf = (exercise: Exercise): string =>
  fs
    .readFileSync(join(exercise.directory, 'README.md'), 'utf8')
    .split(/^## Hints$/m)[0]!
    .trim();

const gap = /^( *)\/\/ Gap: (.*)\n[\s\S]*?^ *\/\/ End of the gap\.\n/gm;

/** exercise.ts as it is shipped: the solution with its gaps (from `// Gap: …` to `// End of the gap.`) left for the learner. */
export function shipped(exercise: Exercise): string {
  const solution = fs.readFileSync(join(exercise.directory, 'solution.ts'), 'utf8');
  return solution.replace(gap, (_, indent: string, task: string) => `${indent}// Your turn: ${task}\n`);
}

export const exerciseFile = (exercise: Exercise): string => join(exercise.directory, 'exercise.ts');

/** Puts exercise.ts back as it was shipped. */
export const reset = (exercise: Exercise): void => fs.writeFileSync(exerciseFile(exercise), shipped(exercise));

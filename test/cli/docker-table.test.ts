/** What is said to be supported is tried: each flag of each of Docker's container verbs stands in an end-to-end test. And the README says what the program knows. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { dockerTable } from '../../src/cli/docker-table.ts';
import { commands } from '../../src/cli/table/commands.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const e2e = `${project}/test/e2e`;
const tests = readdirSync(e2e)
  .filter((it) => it.endsWith('.test.ts'))
  .map((it) => readFileSync(`${e2e}/${it}`, 'utf8'))
  .join('\n');

const isTried = (flag: { name: string; short?: string }): boolean =>
  tests.includes(`--${flag.name}`) ||
  (flag.short !== undefined && new RegExp(`[\\s'"\`]-[a-zA-Z]*${flag.short}\\b`).test(tests));

it('each supported flag has an end-to-end test', () => {
  const untried = commands
    .filter((it) => it.container)
    .flatMap(({ name, flags }) => flags.filter((it) => !isTried(it)).map((it) => `${name} --${it.name}`));
  expect(untried).toEqual([]);
});

it('each verb has an end-to-end test', () => {
  const untried = commands.filter(
    ({ name }) => !new RegExp(`['"\`](container )?${name}\\b`).test(tests.replaceAll("', '", ' ')),
  );
  expect(untried.map((it) => it.name)).toEqual([]);
});

const readme = `${project}/README.md`;
const text = existsSync(readme) ? readFileSync(readme, 'utf8') : '';
const section = text.search(/^## Docker[’']s verbs and flags$/m);

it.runIf(section >= 0)('the README has the table as the program has it', () => {
  expect(text.slice(section)).toContain(dockerTable());
});

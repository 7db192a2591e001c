/** How changes, errors and steps are shown to a person. */
import { expect, it } from 'vitest';
import { SyscallError, UsageError } from '../../src/kernel/errors.ts';
import type { Change } from '../../src/observe/difference.ts';
import * as steps from '../../src/steps/steps.ts';
import { changesText } from '../../src/view/changes.ts';
import { errorText } from '../../src/view/errors.ts';
import { stepCard, stepTable } from '../../src/view/steps.ts';
import { shorten, wrap } from '../../src/view/wrap.ts';

const lines = (text: string): string[] => text.split('\n').map((line) => line.trimEnd());

it('shows what changed alike in one row, and shortens what is long', () => {
  const changes: Change[] = [
    { area: 'cgroups', what: 'cpu', before: '/', after: '/minidocker/0123' },
    { area: 'cgroups', what: 'memory', before: '/', after: '/minidocker/0123' },
    { area: 'names', what: 'host name', before: 'here', after: 'lab' },
  ];
  expect(lines(changesText(changes, [['0123', 'ID']]))).toEqual([
    '  in        what          before   after',
    '  cgroups   cpu, memory   /        /minidocker/ID',
    '  names     host name     here     lab',
  ]);
  const long: Change[] = [{ area: 'files', what: 'root', before: '/', after: `/${'long/'.repeat(60)}` }];
  const wide: Change[] = [{ area: 'cgroups', what: 'w'.repeat(90), before: 'b'.repeat(90), after: 'a'.repeat(90) }];
  for (const line of lines(changesText([...long, ...wide], []))) expect(line.length).toBeLessThanOrEqual(80);
});

it('counts mounts that are many, and lists the first', () => {
  const many = Array.from({ length: 30 }, (_, i): Change => ({ area: 'mounts', what: `/m${i}`, after: 'tmpfs rw' }));
  const shown = lines(changesText(many, []));
  expect(shown.length).toBeLessThan(12);
  expect(shown.at(-1)).toContain('… and 22 more');
});

it('tells capabilities by their names', () => {
  const change: Change = {
    area: 'privileges',
    what: 'effective',
    before: '000001ffffffffff',
    after: '0000000000000021',
  };
  expect(changesText([change], [])).toMatch(/41 +2: CHOWN KILL/);
});

it('makes control characters harmless', () => {
  const change: Change = { area: 'names', what: 'host name', before: 'here', after: '\u001b]0;title\u0007' };
  expect(changesText([change], [])).not.toMatch(/[\u001b\u0007]/);
});

it('puts the remedy of a refusal on a line of its own, to be copied', () => {
  const error = new UsageError('mounting /proc would act on the host', {
    remedy: "make one first: await box.apply(steps.namespace('mount'))",
  });
  expect(lines(errorText(error))).toEqual([
    '✘ mounting /proc would act on the host',
    '  → make one first:',
    "    await box.apply(steps.namespace('mount'))",
  ]);
});

it('says what the kernel refused, what it means and why it may be', () => {
  const text = errorText(new SyscallError('pivot_root', ['"."', '"."'], 22));
  expect(text).toContain('pivot_root(".", ".") = -1 EINVAL: invalid argument');
  expect(text).toContain('the new root is no mount point');
});

it('shows a step with what to type, and a list with what comes next', () => {
  const one = steps.hostname('lab');
  expect(stepCard(one)).toContain('await box.apply(steps.hostname("lab"))');
  expect(stepCard(one)).toContain('man 2 sethostname');
  const table = stepTable([one, steps.loopback()], new Set(['hostname']));
  expect(table).toMatch(/✔ +1 +hostname/);
  expect(table).toMatch(/→ +2 +loopback/);
});

it('wraps at blanks and cuts from the middle', () => {
  expect(wrap('one two three', '  ', 10)).toBe('  one two\n  three');
  expect(shorten('/a/very/long/path', 9)).toBe('/a/v…path');
});

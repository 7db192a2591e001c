/** Names and labels that are meant for the terminal of whoever looks at them: moving the cursor, a new title, a row of its own, writing from right to left. */
import { describe, expect, test } from 'vitest';
import { checkName } from '../../src/container/store/names.ts';
import { UsageError } from '../../src/kernel/errors.ts';
import { formatTrace } from '../../src/kernel/trace.ts';
import { printable } from '../../src/view/printable.ts';
import { plainTable, ruledTable } from '../../src/view/table.ts';

const attacks = [
  '\x1b[2J\x1b[1;1H',
  '\x1b]0;owned\x07',
  '\x9b31m',
  'web\nother   running',
  'a\rb',
  '\u202egnp.exe',
  '\x00',
  'a\x08\x08b',
];
const control = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

describe.each(attacks)('%j', (text) => {
  test('is no name of a container', () => {
    expect(() => checkName(text)).toThrow(UsageError);
  });

  test('is written out in tables, and makes no row of its own', () => {
    expect(text).toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e]/);
    expect(printable(text)).not.toMatch(control);
    const table = plainTable(['NAME', 'IMAGE'], [[text, 'x']]);
    expect(table).not.toMatch(control);
    expect(table.split('\n')).toHaveLength(2);
    expect(ruledTable(['NAME'], [[text]]).replaceAll(/\x1b\[\d+m/g, '')).not.toMatch(control);
  });

  test('is quoted in a trace', () => {
    const event = { who: 'node', call: 'sethostname', args: [JSON.stringify(text)], result: 0, micros: 1 };
    expect(formatTrace(event).replaceAll(/[\x7f-\x9f\u202a-\u202e]/g, '')).not.toMatch(control);
  });
});

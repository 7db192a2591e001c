import { describe, expect, it } from 'vitest';
import { detachFilter, parseDetachKeys } from '../../src/view/detach.ts';
import { printable } from '../../src/view/printable.ts';
import { formatRows } from '../../src/view/rows.ts';
import { ruledTable } from '../../src/view/table.ts';
import { template } from '../../src/view/template.ts';
import { binarySize, decimalSize, duration } from '../../src/view/words.ts';

describe('templates', () => {
  const value = {
    ID: 'abc',
    State: { Status: 'running', Pid: 7 },
    List: ['a', 'b'],
    Empty: [],
    Map: { 'a.b': 'x' },
    labels: { role: 'web' },
  };
  it.each([
    ['{{.ID}}', 'abc'],
    ['{{ .ID }} {{.State.Pid}}', 'abc 7'],
    ['{{.ID}}\\t{{.State.Status}}\\n', 'abc\trunning\n'],
    ['{{json .State}}', '{"Status":"running","Pid":7}'],
    ['{{json .List}}', '["a","b"]'],
    ['{{.List}}', '[a b]'],
    ['{{.State}}', 'map[Status:running Pid:7]'],
    ['{{upper .ID}}{{.ID | upper}}', 'ABCABC'],
    ['{{len .List}}', '2'],
    ['{{join .List ", "}}', 'a, b'],
    ['{{index .Map "a.b"}}', 'x'],
    ['{{.Label "role"}}', 'web'],
    ['{{range .List}}<{{.}}>{{end}}', '<a><b>'],
    ['{{range .Empty}}x{{else}}none{{end}}', 'none'],
    ['{{if eq .ID "abc"}}yes{{else}}no{{end}}', 'yes'],
    ['{{if .Empty}}yes{{else}}no{{end}}', 'no'],
    ['{{if not .Empty}}{{range .List}}{{$.ID}}{{end}}{{end}}', 'abcabc'],
    ['{{.}}', 'map[ID:abc State:map[Status:running Pid:7] List:[a b] Empty:[] Map:map[a.b:x] labels:map[role:web]]'],
  ])('%s', (text, expected) => {
    expect(template(text)(value)).toBe(expected);
  });

  it.each([
    ['{{.Nope}}', /there is no field "Nope"/],
    ['{{.constructor}}', /there is no field/],
    ['{{.ID', /an unclosed \{\{/],
    ['{{nope .ID}}', /there is no function nope/],
    ['{{toString .ID}}', /there is no function toString/],
    ['{{if .ID}}x', /no \{\{end\}\}/],
    ['{{.ID ; 1}}', /not understood/],
    ['{{}}', /nothing/],
  ])('%s is refused', (text, message) => {
    expect(() => template(text)(value)).toThrow(message);
  });
});

describe('lists', () => {
  const columns = [
    { field: 'ID', title: 'CONTAINER ID' },
    { field: 'Names', title: 'NAMES' },
  ];
  const rows = [
    { ID: 'aaaaaaaaaaaa', Names: 'one', Image: 'host' },
    { ID: 'b', Names: 'a\u001b[2Jb\nc', Image: 'x' },
  ];
  it('are plain columns with a title', () => {
    expect(formatRows(rows, columns)).toBe('CONTAINER ID   NAMES\naaaaaaaaaaaa   one\nb              a\\e[2Jb\\nc');
  });
  it('have a title even when they are empty', () => {
    expect(formatRows([], columns)).toBe('CONTAINER ID   NAMES');
  });
  it.each([
    ['json', '{"ID":"aaaaaaaaaaaa","Names":"one","Image":"host"}'],
    ['{{.Names}}', 'one'],
    ['table {{.Image}}\\t{{.ID}}', 'IMAGE   CONTAINER ID'],
  ])('--format %s', (format, first) => {
    expect(formatRows(rows, columns, { format }).split('\n')[0]).toBe(first);
  });
  it('line up wide letters too', () => {
    const wide = formatRows(
      [
        { ID: '你好', Names: 'x' },
        { ID: 'abcd', Names: 'y' },
      ],
      columns,
    );
    expect(wide.split('\n')).toEqual(['CONTAINER ID   NAMES', '你好           x', 'abcd           y']);
  });
  it('let no control character out, whatever the format', () => {
    for (const format of ['table', 'json', '{{.Names}}', 'table {{.Names}}']) {
      expect(formatRows(rows, columns, { format })).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      expect(formatRows(rows, columns, { format }).split('\n')).toHaveLength(format.startsWith('table') ? 3 : 2);
    }
    expect(ruledTable(['A'], [['x\u001b]0;title\u0007']])).toContain('\\e]0;title\\x07');
  });
});

describe('words', () => {
  it.each([
    [0, 'Less than a second'],
    [1000, '1 second'],
    [59_000, '59 seconds'],
    [60_000, 'About a minute'],
    [120_000, '2 minutes'],
    [3600_000, 'About an hour'],
    [5 * 3600_000, '5 hours'],
    [72 * 3600_000, '3 days'],
    [21 * 86400_000, '3 weeks'],
    [90 * 86400_000, '3 months'],
    [3 * 365 * 86400_000, '3 years'],
  ])('%d ms', (milliseconds, expected) => {
    expect(duration(milliseconds)).toBe(expected);
  });
  it.each([
    [0, '0B', '0B'],
    [1023, '1023B', '1.02kB'],
    [1024, '1KiB', '1.02kB'],
    [12_345_678, '11.77MiB', '12.3MB'],
    [5 * 2 ** 30, '5GiB', '5.37GB'],
  ])('%d bytes', (bytes, binary, decimal) => {
    expect([binarySize(bytes), decimalSize(bytes)]).toEqual([binary, decimal]);
  });
  it.each([
    ['plain', 'plain'],
    ['a\u001b[31mb', 'a\\e[31mb'],
    ['a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['\u0000\u007f\u009b', '\\x00\\x7f\\x9b'],
    ['a\u202eb', 'a\\u202eb'],
    ['grüße 你好', 'grüße 你好'],
  ])('%j is harmless', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});

describe('detach keys', () => {
  it.each([
    ['ctrl-p,ctrl-q', [16, 17]],
    ['ctrl-a', [1]],
    ['a,b', [97, 98]],
    ['ctrl-[', [27]],
  ])('%s', (text, bytes) => {
    expect(parseDetachKeys(text)).toEqual(bytes);
  });
  it.each(['', 'ctrl-', 'ctrl-1', 'ab', 'a,,b'])('%j is refused', (text) => {
    expect(() => parseDetachKeys(text)).toThrow(/is no key/);
  });
  it.each([
    [['abc'], 'abc', false],
    [['a\u0010\u0011b'], 'a', true],
    [['a\u0010', '\u0011'], 'a', true],
    [['\u0010x'], '\u0010x', false],
    [['\u0010\u0010\u0011'], '\u0010', true],
    [['\u0010', 'x\u0011'], '\u0010x\u0011', false],
  ])('typed as %j', (typed, passed, detached) => {
    const filter = detachFilter(parseDetachKeys('ctrl-p,ctrl-q'));
    const results = typed.map((it) => filter(Buffer.from(it)));
    expect(Buffer.concat(results.map((it) => it.pass)).toString()).toBe(passed);
    expect(results.some((it) => it.detach)).toBe(detached);
  });
});

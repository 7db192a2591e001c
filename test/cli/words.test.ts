import { describe, expect, it } from 'vitest';
import { matchesLabel, parseFilters } from '../../src/cli/filters.ts';
import { pairs } from '../../src/cli/pairs.ts';
import { closest } from '../../src/cli/suggest.ts';
import { parseDuration, parseMoment } from '../../src/cli/times.ts';

describe('times', () => {
  const now = Date.parse('2025-06-01T12:00:00Z');
  it.each([
    ['10s', now - 10_000],
    ['1h30m', now - 5_400_000],
    ['500ms', now - 500],
    ['1735689600', 1_735_689_600_000],
    ['1735689600.5', 1_735_689_600_500],
    ['2025-01-01T00:00:00Z', 1_735_689_600_000],
    ['2025-01-01T00:00:00.123456789Z', 1_735_689_600_123],
    ['2025-01-01T01:00:00+01:00', 1_735_689_600_000],
  ])('%s', (text, expected) => {
    expect(parseMoment(text, '--since', now)).toBe(expected);
  });
  it.each(['', 'yesterday', '10', '10x', '-5s', '2025-13-01', '1h 5m'].filter((it) => it !== '10'))(
    '%j is none',
    (text) => {
      expect(() => parseMoment(text, '--since', now)).toThrow(/--since: .* is no time/);
    },
  );
  it.each([
    ['1m30s', 90_000],
    ['1.5s', 1500],
    ['0s', 0],
    ['5', undefined],
    ['s', undefined],
  ])('duration %s', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
});

describe('filters and pairs', () => {
  it('gather the values of one name', () => {
    expect(parseFilters(['label=a', 'label=b=c', 'status=exited'], ['label', 'status'])).toEqual({
      label: ['a', 'b=c'],
      status: ['exited'],
    });
  });
  it.each(['nope=1', 'label', '=x', ''])('%j is refused', (text) => {
    expect(() => parseFilters([text], ['label'])).toThrow(/--filter/);
  });
  it.each([
    ['a', true],
    ['a=1', true],
    ['a=2', false],
    ['b', false],
    ['toString', false],
  ])('label %s', (wanted, expected) => {
    expect(matchesLabel({ a: '1' }, wanted)).toBe(expected);
  });
  it('pairs', () => {
    expect(pairs(['a=1', 'b=x=y'], '--opt')).toEqual({ a: '1', b: 'x=y' });
    expect(pairs(['a', 'b=2'], '--label', '')).toEqual({ a: '', b: '2' });
    expect(() => pairs(['a'], '--opt')).toThrow(/--opt: "a" is no pair/);
  });
});

describe('what somebody may have meant', () => {
  it.each([
    ['runn', 'run'],
    ['sotp', 'stop'],
    ['insp', 'inspect'],
    ['qqqqqq', undefined],
    ['', undefined],
  ])('%s', (word, expected) => {
    expect(closest(word, ['run', 'stop', 'inspect', 'ps'])).toBe(expected);
  });
});

/** Amounts as people write them: `64M`, `1.5`, `-1`. Each refusal names the option, the value and what would be right. */
import { UsageError } from '../kernel/errors.ts';

const units: Record<string, number> = { '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40, p: 2 ** 50 };

/** Bytes: a number with an optional unit (b, k, m, g, t; binary, as Docker has it; `KiB` and `kb` too). @param option how the refusal calls it. */
export function parseBytes(text: string | number, option: string, { min = 0 }: { min?: number } = {}): number {
  const match = /^(\d+(?:\.\d+)?)\s*([bkmgtp]?)(?:i?b)?$/i.exec(String(text).trim());
  const value = match ? Math.floor(Number(match[1]) * units[match[2]!.toLowerCase()]!) : Number.NaN;
  if (!match)
    throw new UsageError(`${option}: ${JSON.stringify(text)} is no size`, {
      remedy: 'write a number with a unit, as 64m or 1g',
    });
  if (!Number.isSafeInteger(value))
    throw new UsageError(`${option}: ${text} is more than any machine has`, { remedy: 'write a size like 64m or 1g' });
  if (value < min)
    throw new UsageError(`${option}: ${text} is too little`, {
      remedy: `${min / 2 ** 20} MiB is the least with which a program can start`,
    });
  return value;
}

/** A number within bounds. */
export function parseNumber(
  text: string | number,
  option: string,
  bounds: { min: number; max: number; integer?: boolean },
): number {
  const string = String(text).trim();
  const value = /^-?\d+(\.\d+)?$/.test(string) ? Number(string) : Number.NaN;
  const right = value >= bounds.min && value <= bounds.max && (!bounds.integer || Number.isInteger(value));
  if (right) return value;
  const kind = bounds.integer ? 'a whole number' : 'a number';
  throw new UsageError(`${option}: ${JSON.stringify(text)} is not possible`, {
    remedy: `write ${kind} from ${bounds.min} to ${bounds.max}`,
  });
}

const durations: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds: `30s`, `1m30s`, `500ms`; a bare number is seconds. */
export function parseDuration(text: string | number, option: string, { min = 1 }: { min?: number } = {}): number {
  const string = String(text).trim();
  const parts = [...string.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  const whole = parts.map((it) => it[0]).join('') === string && parts.length > 0;
  const value = /^\d+(\.\d+)?$/.test(string)
    ? Number(string) * 1000
    : whole
      ? parts.reduce((sum, it) => sum + Number(it[1]) * durations[it[2]!]!, 0)
      : Number.NaN;
  if (value >= min && Number.isFinite(value)) return value;
  throw new UsageError(`${option}: ${JSON.stringify(string)} is no time`, {
    remedy: 'write a time such as 30s, 1m30s or 500ms',
  });
}

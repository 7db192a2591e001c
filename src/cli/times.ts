/** Moments as Docker takes them: RFC 3339 (`2025-01-02T03:04:05Z`, also shorter), seconds since 1970, or how long ago (`10m`, `1h30m`). */
import { UsageError } from '../kernel/errors.ts';

const seconds: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001, us: 1e-6, µs: 1e-6, ns: 1e-9 };

/** A duration in Go's form, in milliseconds; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(h|ms|us|µs|ns|m|s))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)/g)];
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * seconds[unit!]! * 1000, 0);
}

/** @returns milliseconds since 1970. @throws UsageError */
export function parseMoment(text: string, flag: string, now = Date.now()): number {
  const ago = parseDuration(text);
  if (ago !== undefined) return now - ago;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // A day alone, or a time without its zone, is meant as it is here.
  const local = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00` : text;
  const moment = /^\d{4}-\d{2}-\d{2}T/.test(local) ? Date.parse(local.replace(/(\.\d{3})\d+/, '$1')) : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  throw new UsageError(`${flag}: ${JSON.stringify(text)} is no time`, {
    remedy: 'write one as 2025-01-31T12:00:00Z, as seconds since 1970, or how long ago: 10m, 1h30m',
  });
}

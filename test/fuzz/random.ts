/** A source of chance that can be repeated: the same seed makes the same inputs. */

/** Pieces of text that have broken programs before. */
const nasty = [
  '',
  ' ',
  '\0',
  '\n',
  '\r\n',
  '\t',
  '\u001b[2J',
  '\u001b]0;title\u0007',
  '\u202e',
  'ü',
  '💥',
  '\ud800',
  '%s%n',
  '$' + '{x}',
  '$(id)',
  '`id`',
  '"',
  "'",
  '\\',
  '/',
  '//',
  '/..',
  '../../..',
  '/proc/self/exe',
  '/dev/null',
  '.',
  '..',
  '-',
  '--',
  '---',
  '-0',
  '=',
  ':',
  '::',
  ',',
  ';',
  '*',
  '?',
  '[',
  '{',
  '{{',
  '}}',
  '#',
  '0',
  '1',
  '-1',
  '00',
  '1e3',
  '1e999',
  '0x10',
  'NaN',
  'Infinity',
  '9007199254740993',
  '18446744073709551615',
  '4294967296',
  '2147483648',
  '65535',
  '65536',
  '0.1',
  '.5',
  '1.5',
  '1k',
  '64m',
  '1g',
  '999999999999t',
  '10%',
  'true',
  'false',
  'null',
  'undefined',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'ALL',
  'all',
  'none',
  'host',
  'container:',
  'container:x',
  '127.0.0.1',
  '::1',
  '10.0.0.0/8',
  '0.0.0.0/0',
  '1.2.3.4.5',
  '80:80',
  '80-90:80-90',
  '99999:1',
  '53/udp',
  'a'.repeat(300),
  'x=y',
  '=x',
  'x=',
];

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 or more, less than 1: mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, 0 or more, less than `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  one<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  many<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  bytes(most: number): Buffer {
    return Buffer.from(this.many(most, () => this.below(256)));
  }

  /** A word: nasty, or random, or several of both. */
  word(): string {
    if (this.chance(0.6)) return this.one(nasty);
    if (this.chance(0.5)) return this.bytes(12).toString(this.one(['utf8', 'latin1', 'hex'] as const));
    return this.one(nasty) + this.one(nasty) + this.one(nasty);
  }

  /** Any JSON value, `depth` deep at most. */
  value(depth = 3): unknown {
    const kind = this.below(depth > 0 ? 8 : 5);
    if (kind === 0) return this.one([0, 1, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e300]);
    if (kind === 1) return this.one([null, true, false]);
    if (kind < 5) return this.word();
    if (kind < 6) return this.many(4, () => this.value(depth - 1));
    return Object.fromEntries(this.many(4, () => [this.word(), this.value(depth - 1)]));
  }

  /** The same value with one or a few things in it changed, left out or added. */
  mutate<T>(value: T, times = 1 + this.below(3)): unknown {
    let changed: unknown = structuredClone(value);
    for (let i = 0; i < times; i++) changed = this.#mutateOnce(changed);
    return changed;
  }

  #mutateOnce(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || this.chance(0.1)) return this.value(2);
    const keys = Object.keys(value);
    if (keys.length === 0) return this.value(2);
    const key = this.one(keys);
    const holder = value as Record<string, unknown>;
    const kind = this.below(10);
    if (kind === 0 && !Array.isArray(value)) delete holder[key];
    else if (kind === 1) holder[Array.isArray(value) ? String(keys.length) : this.word()] = this.value(1);
    else holder[key] = this.#mutateOnce(holder[key]);
    return value;
  }

  /** A text with bytes changed, left out, doubled. */
  garble(text: string): string {
    const at = this.below(text.length + 1);
    const kind = this.below(4);
    if (kind === 0) return text.slice(0, at) + this.word() + text.slice(at);
    if (kind === 1) return text.slice(0, at);
    if (kind === 2) return text.slice(0, at) + text.slice(at + 1 + this.below(8));
    return text.slice(0, at) + text.slice(this.below(at + 1));
  }
}

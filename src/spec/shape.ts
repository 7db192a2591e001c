/** Shapes of JSON values, as data, and the check that a value has one. What a shape does not name is passed over, as the runtime specification asks for. */
import { UsageError } from '../kernel/errors.ts';

export type Shape =
  /** A text without zero bytes; an absolute path; true or false; a whole number. */
  | 'text'
  | 'path'
  | 'flag'
  | 'number'
  /** A user or group, a size of a range of them: 0 … 4294967295. */
  | 'id'
  | { oneOf: readonly string[] }
  | { list: Shape }
  /** Values of any names. */
  | { map: Shape }
  /** Values of these names; with `!` behind the name, they must be there. */
  | { [name: string]: Shape };

const MOST_ID = 2 ** 32 - 1;

function wrong(what: string, where: string, reason: string): UsageError {
  return new UsageError(`${what}: ${where || 'it'} ${reason}`);
}

const plain: Record<string, readonly [test: (value: unknown) => boolean, reason: string]> = {
  text: [(it) => typeof it === 'string' && !it.includes('\0'), 'must be a text'],
  path: [(it) => typeof it === 'string' && it.startsWith('/') && !it.includes('\0'), 'must be an absolute path'],
  flag: [(it) => typeof it === 'boolean', 'must be true or false'],
  number: [(it) => Number.isInteger(it), 'must be a whole number'],
  id: [
    (it) => Number.isInteger(it) && (it as number) >= 0 && (it as number) <= MOST_ID,
    `must be a number from 0 to ${MOST_ID}`,
  ],
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param what the document, for messages. @param where the way to this value: `process.args[0]`. @throws UsageError naming the first wrong place. */
export function checkShape(what: string, value: unknown, shape: Shape, where = ''): void {
  if (typeof shape === 'string') {
    const [test, reason] = plain[shape]!;
    if (!test(value)) throw wrong(what, where, reason);
  } else if ('oneOf' in shape) {
    const { oneOf } = shape as { oneOf: readonly string[] };
    if (!oneOf.includes(value as string)) throw wrong(what, where, `must be one of ${oneOf.join(', ')}`);
  } else if ('list' in shape) {
    if (!Array.isArray(value)) throw wrong(what, where, 'must be a list');
    for (const [i, it] of value.entries()) checkShape(what, it, shape.list as Shape, `${where}[${i}]`);
  } else {
    if (!isObject(value)) throw wrong(what, where, 'must be an object');
    const below = where === '' ? '' : `${where}.`;
    if ('map' in shape)
      for (const [name, it] of Object.entries(value))
        checkShape(what, it, shape.map as Shape, `${below}${JSON.stringify(name)}`);
    else checkFields(what, value, shape as { [name: string]: Shape }, below);
  }
}

function checkFields(
  what: string,
  value: Record<string, unknown>,
  shape: { [name: string]: Shape },
  below: string,
): void {
  for (const [key, expected] of Object.entries(shape)) {
    const name = key.replace('!', '');
    const it = Object.hasOwn(value, name) ? value[name] : undefined;
    if (it !== undefined && it !== null) checkShape(what, it, expected, below + name);
    else if (key.endsWith('!')) throw wrong(what, below + name, 'is missing');
  }
}

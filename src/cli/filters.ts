/** `--filter name=value`, any number of times: for one name any of its values, for several names all of them. */
import { UsageError } from '../kernel/errors.ts';
import { printable } from '../view/printable.ts';

export type Filters = Record<string, string[]>;

/** @param known the names that there are; left to somebody else where nothing is said. @throws UsageError for another. */
export function parseFilters(texts: readonly string[], known?: readonly string[]): Filters {
  const filters = new Map<string, string[]>();
  for (const text of texts) {
    const at = text.indexOf('=');
    const name = text.slice(0, at === -1 ? undefined : at);
    if (at < 1)
      throw new UsageError(`--filter: ${JSON.stringify(text)} is no filter`, {
        remedy: known ? `write name=value, the names are ${known.join(', ')}` : 'write name=value, as status=exited',
      });
    if (known && !known.includes(name))
      throw new UsageError(`--filter: there is no filter ${printable(name)}`, {
        remedy: `the names are ${known.join(', ')}`,
      });
    filters.set(name, [...(filters.get(name) ?? []), text.slice(at + 1)]);
  }
  return Object.fromEntries(filters);
}

/** Has a set of labels what `name` or `name=value` asks for? */
export function matchesLabel(labels: Readonly<Record<string, string>>, wanted: string): boolean {
  const at = wanted.indexOf('=');
  if (at === -1) return Object.hasOwn(labels, wanted);
  return Object.hasOwn(labels, wanted.slice(0, at)) && labels[wanted.slice(0, at)] === wanted.slice(at + 1);
}

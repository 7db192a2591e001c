/** `name=value`, any number of times. */
import { UsageError } from '../kernel/errors.ts';

/** @param without the value of a name that stands alone; an error where it may not. @throws UsageError */
export function pairs(texts: readonly string[], flag: string, without?: string): Record<string, string> {
  const made: Record<string, string> = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at === 0 || text === '' || (at === -1 && without === undefined))
      throw new UsageError(`${flag}: ${JSON.stringify(text)} is no pair`, { remedy: 'write name=value' });
    made[at === -1 ? text : text.slice(0, at)] = at === -1 ? without! : text.slice(at + 1);
  }
  return made;
}

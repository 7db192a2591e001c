/** inspect: objects as JSON or through a template, and one line for each name that there is not. */
import { template } from '../view/template.ts';
import { reportError } from './report-error.ts';
import { say } from './say.ts';

/** @param find gives the object of a name. @returns the exit code: 1 when one was missing. */
export async function printObjects(
  names: readonly string[],
  format: string | undefined,
  find: (name: string) => unknown,
): Promise<number> {
  const line = format === undefined || format === 'json' ? undefined : template(format);
  const found: unknown[] = [];
  let code = 0;
  for (const name of names) {
    try {
      found.push(await find(name));
    } catch (error) {
      reportError(error);
      code = 1;
    }
  }
  if (line) for (const it of found) say(`${line(it)}\n`);
  else say(format === 'json' ? JSON.stringify(found) : JSON.stringify(found, null, 4));
  return code;
}

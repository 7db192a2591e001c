/** The same for each name on the line, as Docker does: what fails is told, the rest is done, and the exit code is 1 in the end. */
import { reportError } from './report-error.ts';
import { say } from './say.ts';

/** @param action does it for one; the answer is printed, or the name where there is none. */
export async function forEach(names: readonly string[], action: (name: string) => Promise<unknown>): Promise<number> {
  let code = 0;
  for (const name of names) {
    try {
      const answer = await action(name);
      say(typeof answer === 'string' || typeof answer === 'number' ? String(answer) : name);
    } catch (error) {
      reportError(error);
      code = 1;
    }
  }
  return code;
}

/** The same for each name on the line, as Docker does: what fails is told, the rest is done, and the exit code is 1 in the end. */
import { reportError } from './report-error.ts';
import { say } from './say.ts';

/** @param action does it for one. @param answer what is printed then: the name, or what the action says. */
export async function forEach<T>(
  names: readonly string[],
  action: (name: string) => Promise<T>,
  answer: (result: T, name: string) => string = (_, name) => name,
): Promise<number> {
  let code = 0;
  for (const name of names) {
    try {
      say(answer(await action(name), name));
    } catch (error) {
      reportError(error);
      code = 1;
    }
  }
  return code;
}

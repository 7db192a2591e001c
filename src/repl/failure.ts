/** Errors at the prompt. */
import { StillRunningError } from '../kernel/blank-process.ts';
import { errorText } from '../view/errors.ts';

/** What is thrown when the process can't be asked any more gets its remedy here. */
export function failureText(error: unknown): string {
  const text = errorText(error);
  const isLost =
    error instanceof StillRunningError || /^process \d+ is (gone|no blank)/.test(String((error as Error)?.message));
  return isLost ? `${text.split('\n')[0]}\n  → begin anew with .clean, or go back with .back` : text;
}

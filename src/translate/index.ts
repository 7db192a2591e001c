/** A list of steps in other languages. */
import { UsageError } from '../kernel/errors.ts';
import { config } from './config.ts';
import { docker } from './docker.ts';
import { javascript } from './javascript.ts';
import { shell } from './shell.ts';
import { strace } from './strace.ts';
import type { Subject } from './subject.ts';

export type { Subject } from './subject.ts';

const languages: Record<string, (subject: Subject) => string> = { javascript, shell, strace, docker, config };

export const languageNames: readonly string[] = Object.keys(languages);

/** @param language one of languageNames. @throws UsageError for another. */
export function translate(subject: Subject, language: string): string {
  const say = Object.hasOwn(languages, language) ? languages[language] : undefined;
  if (say) return say(subject);
  throw new UsageError(`${JSON.stringify(language)} is no language that the steps can be said in`, {
    remedy: `choose one of ${languageNames.join(', ')}`,
  });
}

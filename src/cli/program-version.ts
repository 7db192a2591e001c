/** The version of this program, as its package.json says. */
import { existsSync, readFileSync } from 'node:fs';

/** The nearest package.json above this file: wherever the build has put it. */
function packageFile(from: URL): URL {
  const candidate = new URL('package.json', from);
  if (existsSync(candidate)) return candidate;
  const above = new URL('../', from);
  if (above.href === from.href) throw new Error(`there is no package.json above ${import.meta.url}`);
  return packageFile(above);
}

export const programVersion = (): string =>
  JSON.parse(readFileSync(packageFile(new URL('./', import.meta.url)), 'utf8')).version;

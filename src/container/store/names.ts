/** Names: a link each, to the id of the container that has it. Making a link fails where there is one already, so that of two who want a name one wins – see symlink(2). */
import { randomInt } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../kernel/errors.ts';
import { containerDirectory, namesDirectory, stateRoot } from '../paths.ts';
import { explainState, makeStateDirectory } from './files.ts';
import { withLock } from './lock.ts';
import { adjectives, nouns } from './words.ts';

const pattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** @throws UsageError for a name that Docker would refuse too. */
export function checkName(name: string): string {
  if (pattern.test(name) && name.length <= 128) return name;
  throw new UsageError(`--name: ${JSON.stringify(name)} is no name`, {
    remedy: 'begin with a letter or digit, go on with letters, digits, _ . and -, 128 at most',
  });
}

const linkOf = (name: string): string => join(namesDirectory(), name);

/** The id that has a name. */
export function idOfName(name: string): string | undefined {
  try {
    return fs.readlinkSync(linkOf(name));
  } catch {
    return undefined;
  }
}

function tryClaim(name: string, id: string): boolean {
  try {
    explainState(namesDirectory(), () => fs.symlinkSync(id, linkOf(name)));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Takes a name for a container whose directory exists. @throws UsageError when another container has it */
export async function claimName(name: string, id: string): Promise<void> {
  makeStateDirectory(namesDirectory());
  if (tryClaim(name, id)) return;
  await withLock(join(stateRoot(), 'names.lock'), () => {
    const owner = idOfName(name);
    if (owner !== undefined && owner !== id && fs.existsSync(containerDirectory(owner)))
      throw new UsageError(`the name ${name} belongs to container ${owner.slice(0, 12)}`, {
        remedy: `choose another, or remove that one: rm ${name}`,
      });
    // The container that had it is gone.
    fs.rmSync(linkOf(name), { force: true });
    tryClaim(name, id);
  });
}

/** A name nobody has: `brave_otter`. */
export async function claimGeneratedName(id: string): Promise<string> {
  makeStateDirectory(namesDirectory());
  for (let tries = 0; ; tries++) {
    const words = `${adjectives[randomInt(adjectives.length)]}_${nouns[randomInt(nouns.length)]}`;
    const name = tries < 5 ? words : `${words}${randomInt(10 ** Math.min(9, tries - 4))}`;
    if (tryClaim(name, id)) return name;
  }
}

/** Gives a name back, if it is this container's. */
export function releaseName(name: string, id: string): void {
  if (idOfName(name) === id) fs.rmSync(linkOf(name), { force: true });
}

/** A box from options: an id, a directory of its own in the state root, the image looked up, the configuration compiled. The one way in for run, the REPL, scripts and exercises. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { customAlphabet } from 'nanoid';
import { findImage } from '../image/image.ts';
import type { Config } from '../spec/config.ts';
import type { Stdio, Watch } from '../steps/box.ts';
import { stepsFor } from '../steps/list.ts';
import type { Step } from '../steps/step.ts';
import { compileUserNamespace } from './compile/user-namespace.ts';
import { compile } from './compile.ts';
import { keepFiltersInState } from './filter-cache.ts';
import { HandBox } from './hand-box.ts';
import { claimFor, releaseRange } from './id-ranges.ts';
import { writeNameFiles } from './lifecycle/name-files.ts';
import type { RunOptions } from './options.ts';
import { self, writeOwner } from './owner.ts';
import { containersDirectory, stateRoot } from './paths.ts';
import { removeTree } from './remove-tree.ts';
import { isRootless, makeRootless } from './rootless.ts';

/** Sixty-four hexadecimal digits, Docker's form. */
export const newId = customAlphabet('0123456789abcdef', 64);

export interface Made {
  box: HandBox;
  config: Config;
  /** The list for its configuration. */
  steps: Step[];
  /** Ends the box, takes everything back, removes its directory. @returns the steps that had to be undone. */
  remove(): Promise<string[]>;
}

/** @param more what is not the container's business: descriptors of Node's, and whether it ends with Node. */
export function makeBox(
  options: RunOptions,
  more: { stdio?: Stdio; dieWithParent?: boolean; id?: string; watch?: Watch } = {},
): Made {
  const id = more.id ?? newId();
  const image = findImage(options.image, stateRoot());
  const directory = join(containersDirectory(), id);
  // A container by hand has no cable unless one is asked for: laying it is a lesson of its own.
  const asked = { ...options, network: options.network ?? 'none' };
  const config = compile(asked, image, id, join(directory, 'root'));
  if (isRootless()) makeRootless(config);
  const list = { root: image.root, dieWithParent: more.dieWithParent ?? true };
  keepFiltersInState();
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeOwner(directory, self());
  try {
    compileUserNamespace(config, asked, claimFor(id));
    const steps = stepsFor(config, list);
    writeNameFiles({ id, directory, record: { options: asked } }, config);
    const box = new HandBox({ id, config, root: image.root, directory, ...more });
    const remove = async (): Promise<string[]> => {
      const undone = await box.close();
      removeTree(directory);
      releaseRange(id);
      return undone;
    };
    return { box, config, steps, remove };
  } catch (error) {
    removeDirectory(directory);
    releaseRange(id);
    throw error;
  }
}

/** Removes a container's directory; nothing of it is mounted on the host's side. */
export function removeDirectory(directory: string): void {
  fs.rmSync(directory, { recursive: true, force: true });
}

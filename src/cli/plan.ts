/** What a run would do, with nothing done: configuration and list of steps. */
import { join } from 'node:path';
import { compileUserNamespace } from '../container/compile/user-namespace.ts';
import { compile } from '../container/compile.ts';
import { noClaim } from '../container/id-ranges.ts';
import { newId } from '../container/make.ts';
import type { RunOptions } from '../container/options.ts';
import { containersDirectory, stateRoot } from '../container/paths.ts';
import { isRootless, makeRootless } from '../container/rootless.ts';
import { findImage } from '../image/image.ts';
import type { Config } from '../spec/config.ts';
import { stepsFor } from '../steps/list.ts';
import type { Step } from '../steps/step.ts';

export function plan(options: RunOptions): { config: Config; steps: Step[] } {
  const image = findImage(options.image, stateRoot());
  const id = newId();
  const config = compile(options, image, id, join(containersDirectory(), id, 'root'));
  if (isRootless()) makeRootless(config);
  compileUserNamespace(config, options, noClaim);
  return { config, steps: stepsFor(config, { root: image.root }) };
}

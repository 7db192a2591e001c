/** create: a container that does not run yet. */
import * as engine from '../../container/engine.ts';
import { writeCidFile } from '../cid-file.ts';
import type { Verb } from '../definition.ts';
import { tellRootlessLimits } from '../rootless-notice.ts';
import { runOptions } from '../run-options.ts';
import { say } from '../say.ts';

export const create: Verb = async (given) => {
  tellRootlessLimits();
  const release = writeCidFile(given.flags.text('cidfile'));
  try {
    const id = await engine.create(runOptions(given));
    release(id);
    say(id);
    return 0;
  } finally {
    release();
  }
};

/** update: other limits for containers, while they run. */
import * as engine from '../../container/engine.ts';
import { UsageError } from '../../kernel/errors.ts';
import type { Verb } from '../definition.ts';
import { forEach } from '../for-each.ts';
import { runOptions } from '../run-options.ts';

export const update: Verb = async (given) => {
  const { image: _, command: __, ...limits } = runOptions(given);
  if (Object.keys(limits).length === 0)
    throw new UsageError('update: nothing is to be changed', { remedy: 'name a limit, as --memory 64m' });
  return await forEach(given.args, (name) => engine.update(name, limits as engine.UpdateOptions));
};

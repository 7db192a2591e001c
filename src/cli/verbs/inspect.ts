/** inspect: everything about containers; with --type about volumes and networks. */
import * as engine from '../../container/engine.ts';
import { UsageError } from '../../kernel/errors.ts';
import type { Verb } from '../definition.ts';
import { printObjects } from '../print-objects.ts';

export const inspect: Verb = async (given) => {
  const { flags, args } = given;
  const type = flags.text('type') ?? 'container';
  if (type === 'volume') return await (await import('./volume.ts')).inspect(given);
  if (type === 'network') return await (await import('./network.ts')).inspect(given);
  if (type !== 'container')
    throw new UsageError(`--type: ${JSON.stringify(type)} is nothing that can be inspected`, {
      remedy: 'container, volume or network',
    });
  return await printObjects(args, flags.text('format'), (name) => engine.inspect(name));
};

/** container prune, volume prune, network prune, system prune: what nobody uses goes away. */
import * as engine from '../../container/engine.ts';
import { isRootless } from '../../container/rootless.ts';
import { pruneVolumes as removeUnusedVolumes } from '../../container/volumes.ts';
import { networkContext } from '../../network/context.ts';
import { pruneNetworks as removeUnusedNetworks } from '../../network/lifecycle.ts';
import { decimalSize } from '../../view/words.ts';
import { confirmed } from '../confirm.ts';
import type { Values, Verb } from '../definition.ts';
import { parseFilters } from '../filters.ts';
import { say } from '../say.ts';
import { parseMoment } from '../times.ts';

/** What was removed, as Docker lists it. */
const removed = (title: string, names: readonly string[]): void => {
  if (names.length > 0) say(`Deleted ${title}:\n${names.join('\n')}\n\n`);
};
const reclaimed = (bytes: number): void => say(`Total reclaimed space: ${decimalSize(bytes)}`);

const containers = async (flags: Values): Promise<number> => {
  const filters = parseFilters(flags.all('filter'), ['label', 'until']);
  if (filters.until) filters.until = filters.until.map((it) => String(parseMoment(it, '--filter until')));
  const { removed: ids, bytes } = await engine.prune(filters);
  removed('Containers', ids);
  return bytes;
};

export const pruneContainers: Verb = async ({ flags }) => {
  if (!confirmed(flags, 'This will remove all stopped containers.')) return 0;
  reclaimed(await containers(flags));
  return 0;
};

export const pruneVolumes: Verb = async ({ flags }) => {
  const which = flags.on('all') ? 'volumes' : 'anonymous volumes';
  if (!confirmed(flags, `This will remove ${which} not used by at least one container.`)) return 0;
  const { removed: names, bytes } = removeUnusedVolumes({ all: flags.on('all') });
  removed('Volumes', names);
  reclaimed(bytes);
  return 0;
};

export const pruneNetworks: Verb = async ({ flags }) => {
  if (!confirmed(flags, 'This will remove all custom networks not used by at least one container.')) return 0;
  removed('Networks', removeUnusedNetworks(networkContext()));
  return 0;
};

export const pruneSystem: Verb = async ({ flags }) => {
  const volumes = flags.on('volumes');
  const what = `all stopped containers, all networks not used by one${volumes ? ', all anonymous volumes not used by one' : ''}`;
  if (!confirmed(flags, `This will remove ${what}.`)) return 0;
  let bytes = await containers(flags);
  // An ordinary user has made none.
  if (!isRootless()) removed('Networks', removeUnusedNetworks(networkContext()));
  if (volumes) {
    const unused = removeUnusedVolumes();
    removed('Volumes', unused.removed);
    bytes += unused.bytes;
  }
  reclaimed(bytes);
  return 0;
};

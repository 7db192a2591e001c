/** diff: A added, C changed, D deleted. */
import { changes } from '../../container/files/diff.ts';
import { printable } from '../../view/printable.ts';
import type { Verb } from '../definition.ts';
import { say } from '../say.ts';
import { settledContainer } from '../settled-container.ts';

export const diff: Verb = async ({ args: [name = ''] }) => {
  const found = changes(await settledContainer(name));
  say(found.map(({ kind, path }) => `${kind} ${printable(path)}`).join('\n'));
  return 0;
};

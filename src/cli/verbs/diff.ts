/** diff: A added, C changed, D deleted. */
import * as engine from '../../container/engine.ts';
import { printable } from '../../view/printable.ts';
import type { Verb } from '../definition.ts';
import { say } from '../say.ts';

export const diff: Verb = async ({ args: [name = ''] }) => {
  const found = await engine.diff(name);
  say(found.map(({ kind, path }) => `${kind} ${printable(path)}`).join('\n'));
  return 0;
};

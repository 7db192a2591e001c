/** top: the processes of a container, with the pids that they have outside. */
import * as engine from '../../container/engine.ts';
import { plainTable } from '../../view/table.ts';
import type { Verb } from '../definition.ts';
import { say } from '../say.ts';

export const top: Verb = async ({ args: [name = '', ...options] }) => {
  const { titles, processes } = await engine.top(name, options);
  say(plainTable(titles, processes));
  return 0;
};

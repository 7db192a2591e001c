/** top: the processes of a container, with the pids that they have outside. */
import { top as processesOf } from '../../container/lifecycle/top.ts';
import { plainTable } from '../../view/table.ts';
import type { Verb } from '../definition.ts';
import { say } from '../say.ts';
import { settledContainer } from '../settled-container.ts';

export const top: Verb = async ({ args: [name = '', ...options] }) => {
  const { titles, processes } = processesOf(await settledContainer(name), options);
  say(plainTable(titles, processes));
  return 0;
};

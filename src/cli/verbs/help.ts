/** help: what there is, or how a command is used. */
import type { Verb } from '../definition.ts';
import { findCommand, isGroup } from '../find-command.ts';
import { helpOf, helpOfAll, helpOfGroup } from '../help.ts';
import { say } from '../say.ts';

export const help: Verb = async ({ args }) => {
  const [first, second] = args;
  const text =
    first === undefined
      ? helpOfAll()
      : isGroup(first) && second === undefined
        ? helpOfGroup(first)
        : helpOf(findCommand(args).command);
  say(text);
  return 0;
};

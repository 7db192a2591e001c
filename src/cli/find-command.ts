/** Which command a line begins with: `run`, `volume ls`, `container stop` … */
import { UsageError } from '../kernel/errors.ts';
import { printable } from '../view/printable.ts';
import type { Command } from './definition.ts';
import { closest } from './suggest.ts';
import { commands } from './table/commands.ts';

const isCalled = (command: Command, name: string): boolean =>
  command.name === name || (command.aliases?.includes(name) ?? false);

const groups = new Set(commands.filter((it) => it.name.includes(' ')).map((it) => it.name.split(' ')[0]!));

/** Is it the first word of commands of two words? */
export const isGroup = (name: string): boolean => groups.has(name) || name === 'container';

export const membersOf = (group: string): Command[] =>
  commands.filter((it) => it.name.startsWith(`${group} `) || (group === 'container' && it.container));

/** @returns the command and the words behind it. @throws UsageError for a name that there is not. */
export function findCommand(words: readonly string[]): { command: Command; rest: string[] } {
  const [first = '', second = '', ...rest] = words;
  if (isGroup(first)) {
    const command =
      commands.find((it) => isCalled(it, `${first} ${second}`)) ??
      (first === 'container' ? commands.find((it) => it.container && isCalled(it, second)) : undefined);
    if (command) return { command, rest };
    throw unknown(second, membersOf(first), `${first} `);
  }
  const command = commands.find((it) => isCalled(it, first));
  if (command) return { command, rest: words.slice(1) };
  throw unknown(first, commands, '');
}

function unknown(name: string, among: readonly Command[], group: string): UsageError {
  const names = among.map((it) => it.name.replace(group, ''));
  const near = closest(name, names);
  const see = `see 'minidocker help${group === '' ? '' : ` ${group.trim()}`}'`;
  const said =
    name === ''
      ? `${group.trim()}: which of its commands?`
      : `there is no command ${JSON.stringify(printable(group + name))}`;
  return new UsageError(said, {
    remedy: near ? `did you mean ${group}${near}? ${see}` : `${see}: ${names.slice(0, 40).join(', ')}`,
  });
}

/** Docker's container verbs and flags beside ours, as a table in Markdown: for the README, which a test compares with the program. */
import type { Command, Flag } from './definition.ts';
import { commands } from './table/commands.ts';
import { unsupportedFlags, unsupportedVerbs } from './table/unsupported.ts';

const flagName = (flag: Flag): string => `${flag.short ? `-${flag.short}, ` : ''}--${flag.name}`;

const code = (text: string): string => `\`${text}\``;

const row = (...cells: string[]): string => `| ${cells.map((it) => it.replaceAll('|', '\\|')).join(' | ')} |`;

/** The rows of one verb: the verb itself, then its flags by how they are. */
function rowsOf(command: Command): string[] {
  const same = command.flags.filter((it) => !it.own && !it.differs);
  const verb = code(command.name);
  return [
    row(verb, '', command.differs ? `differs: ${command.differs}` : 'supported'),
    ...(same.length > 0 ? [row(verb, same.map((it) => code(flagName(it))).join(' '), 'supported')] : []),
    ...command.flags.filter((it) => it.differs).map((it) => row(verb, code(flagName(it)), `differs: ${it.differs}`)),
    ...command.flags.filter((it) => it.own).map((it) => row(verb, code(flagName(it)), `not Docker’s: ${it.text}`)),
    ...Object.entries(unsupportedFlags[command.name] ?? {}).map(([flag, why]) =>
      row(verb, flag.split(', ').map(code).join(' '), `not supported: ${why}`),
    ),
  ];
}

/** create has the flags of run, but for those about being in the foreground. */
export function dockerTable(): string {
  const verbs = commands.filter((it) => it.container);
  return [
    row('verb', 'flags', ''),
    row('---', '---', '---'),
    ...verbs.flatMap(rowsOf),
    ...Object.entries(unsupportedVerbs).map(([verb, why]) => row(code(verb), '', `not supported: ${why}`)),
  ].join('\n');
}

/** Completion for fish – see complete(1) of fish. */
import type { Command, Flag } from '../definition.ts';
import { commands } from '../table/commands.ts';
import { sources } from './sources.ts';

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const flagLine = (condition: string, flag: Flag): string =>
  [
    `complete -c minidocker -n ${quoted(condition)} -l ${flag.name}`,
    flag.short ? `-s ${flag.short}` : '',
    flag.value === undefined ? '' : '-r',
    `-d ${quoted(flag.text)}`,
  ]
    .filter(Boolean)
    .join(' ');

function linesOf(command: Command): string[] {
  const [first, second] = command.name.split(' ') as [string, string | undefined];
  const condition = second
    ? `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`
    : `__fish_seen_subcommand_from ${first}`;
  const offered = second
    ? `__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${second}`
    : '__fish_use_subcommand';
  const { completes } = command;
  const names = completes && completes !== 'file' ? sources[completes] : undefined;
  return [
    `complete -c minidocker -f -n ${quoted(offered)} -a ${second ?? first} -d ${quoted(command.summary)}`,
    ...command.flags.map((it) => flagLine(condition, it)),
    ...(names ? [`complete -c minidocker -f -n ${quoted(condition)} -a ${quoted(`(${names})`)}`] : []),
  ];
}

const groups = (): string[] => [
  ...new Set(commands.filter((it) => it.name.includes(' ')).map((it) => it.name.split(' ')[0]!)),
];

export const fish = (): string =>
  [
    '# fish completion for minidocker: minidocker completion fish | source',
    ...groups().map(
      (it) => `complete -c minidocker -f -n __fish_use_subcommand -a ${it} -d ${quoted(`commands about each ${it}`)}`,
    ),
    ...commands.flatMap(linesOf),
  ].join('\n');

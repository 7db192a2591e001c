/** Help, from the table of commands. */
import { paint } from '../view/colour.ts';
import type { Command, Flag } from './definition.ts';
import { membersOf } from './find-command.ts';
import { commands, globalFlags } from './table/commands.ts';

const columns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`.trimEnd()).join('\n');
};

const flagLine = (flag: Flag): readonly [string, string] => {
  const letter = flag.short ? `-${flag.short}, ` : '    ';
  const value = flag.value ? ` ${flag.value}` : '';
  return [`${letter}--${flag.name}${value}`, flag.many ? `${flag.text} (may be repeated)` : flag.text];
};

const section = (title: string, body: string): string => (body === '' ? '' : `\n${paint('bold', title)}\n${body}\n`);

/** `minidocker run --help` */
export function helpOf(command: Command): string {
  const aliases = [...(command.container ? [`container ${command.name}`] : []), ...(command.aliases ?? [])];
  return [
    `${paint('bold', 'Usage')}  minidocker ${command.name} ${command.usage}\n`,
    `\n${command.summary[0]!.toUpperCase()}${command.summary.slice(1)}.\n`,
    section('Options', columns(command.flags.map(flagLine))),
    section('Examples', (command.examples ?? []).map((it) => `  ${it}`).join('\n')),
    aliases.length > 0 ? `\nAlso: ${aliases.map((it) => `minidocker ${it}`).join(', ')}\n` : '',
  ].join('');
}

/** `minidocker help volume` */
export function helpOfGroup(group: string): string {
  return [
    `${paint('bold', 'Usage')}  minidocker ${group} COMMAND\n`,
    section('Commands', columns(membersOf(group).map((it) => [it.name.replace(`${group} `, ''), it.summary]))),
    `\nMore about one of them: minidocker ${group} COMMAND --help\n`,
  ].join('');
}

/** `minidocker help` */
export function helpOfAll(): string {
  const single = commands.filter((it) => !it.name.includes(' '));
  const double = commands.filter((it) => it.name.includes(' '));
  return [
    `${paint('bold', 'Usage')}  minidocker [OPTIONS] COMMAND\n`,
    '\nContainers you can take apart: run them like Docker, or look at each kernel step.\n',
    section('Commands', columns(single.map((it) => [it.name, it.summary]))),
    section('Commands of two words', columns(double.map((it) => [it.name, it.summary]))),
    section('Options', columns(globalFlags.map(flagLine))),
    '\nImages: host (this system, read-only), busybox, a directory, or an executable of the host.\n',
    'First steps: sudo minidocker run --rm -it host · minidocker run --dry-run host true · sudo minidocker-repl\n',
    'More about a command: minidocker COMMAND --help\n',
  ].join('');
}

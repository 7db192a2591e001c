/**
 * A command line by the rules of Docker's (those of POSIX and GNU): `--memory 64m`, `--memory=64m`, `-m 64m`, `-m64m`, `-m=64m`, `-it`, `--rm=false`, `--` ends the flags.
 * Written here because an argument parser from the registry costs 15 ms at every start, half as much as Node itself.
 */
import { UsageError } from '../kernel/errors.ts';
import { printable } from '../view/printable.ts';
import { type Command, type Flag, type Given, Values } from './definition.ts';
import { closest } from './suggest.ts';
import { unsupportedFlags } from './table/unsupported.ts';

const truths: Record<string, string> = {
  true: 'true',
  1: 'true',
  t: 'true',
  yes: 'true',
  false: 'false',
  0: 'false',
  f: 'false',
  no: 'false',
};

const helpFlag: Flag = { name: 'help', text: 'show this help' };

const see = (command: Command): string => `see 'minidocker ${command.name} --help'`;
const shown = (flag: Flag): string => (flag.short ? `-${flag.short}, --${flag.name}` : `--${flag.name}`);

/** @throws UsageError that names what is wrong and what would be right. */
export function parse(command: Command, argv: readonly string[]): Given {
  const values = new Map<string, string[]>();
  const args: string[] = [];
  const rest = [...argv];

  const set = (flag: Flag, value: string): void => {
    if (flag.many) values.set(flag.name, [...(values.get(flag.name) ?? []), value]);
    else values.set(flag.name, [value]);
  };
  /** A flag with what was written behind it in the same word, if anything. */
  const take = (flag: Flag, attached: string | undefined): void => {
    if (flag.value === undefined) {
      const truth = truths[(attached ?? 'true').toLowerCase()];
      if (!truth)
        throw new UsageError(`${command.name}: ${shown(flag)} is a switch: ${JSON.stringify(attached)} is no value`, {
          remedy: `leave it out or write --${flag.name}=false`,
        });
      set(flag, truth);
      return;
    }
    const value = attached ?? rest.shift();
    if (value === undefined)
      throw new UsageError(`${command.name}: ${shown(flag)} needs a value`, {
        remedy: `write --${flag.name} ${flag.value}`,
      });
    if (value.includes('\0'))
      throw new UsageError(`${command.name}: ${shown(flag)} holds a zero byte`, { remedy: 'leave it out' });
    set(flag, value);
  };

  while (rest.length > 0) {
    const word = rest.shift()!;
    if (word === '--') {
      args.push(...rest.splice(0));
    } else if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const name = equals === -1 ? word.slice(2) : word.slice(2, equals);
      take(longFlag(command, name), equals === -1 ? undefined : word.slice(equals + 1));
    } else if (word.startsWith('-') && word.length > 1) {
      letters(command, word.slice(1), take);
    } else {
      args.push(word);
      if (command.program) args.push(...rest.splice(0));
    }
  }
  if (!values.has('help')) checkCount(command, args);
  return { command, flags: new Values(values), args };
}

function longFlag(command: Command, name: string): Flag {
  const flag = [...command.flags, helpFlag].find((it) => it.name === name || it.also?.includes(name));
  if (flag) return flag;
  refuseDockers(command, `--${name}`);
  const near = closest(
    name,
    command.flags.map((it) => it.name),
  );
  throw new UsageError(`${command.name}: there is no flag --${printable(name)}`, {
    remedy: near ? `did you mean --${near}? ${see(command)}` : see(command),
  });
}

/** `-it`, `-m64m`, `-m=64m`: switches one after another; the first that needs a value takes the rest of the word. */
function letters(command: Command, word: string, take: (flag: Flag, attached: string | undefined) => void): void {
  for (let i = 0; i < word.length; i++) {
    const letter = word[i]!;
    const flag = command.flags.find((it) => it.short === letter) ?? (letter === 'h' ? helpFlag : undefined);
    if (!flag) refuseDockers(command, `-${letter}`);
    if (!flag)
      throw new UsageError(`${command.name}: there is no flag -${printable(letter)} (in -${printable(word)})`, {
        remedy: see(command),
      });
    const after = word.slice(i + 1);
    const takesRest = flag.value !== undefined || after.startsWith('=');
    take(flag, takesRest && after !== '' ? after.replace(/^=/, '') : undefined);
    if (takesRest) return;
  }
}

/** A flag that Docker has and we do not: the reason is known. */
function refuseDockers(command: Command, written: string): void {
  const found = Object.entries(unsupportedFlags[command.name] ?? {}).find(([it]) => it.split(', ').includes(written));
  if (found) throw new UsageError(`${command.name}: ${written} is not supported: ${found[1]}`);
}

function checkCount(command: Command, args: readonly string[]): void {
  const { min, max = Number.POSITIVE_INFINITY } = command;
  if (args.length >= min && args.length <= max) return;
  const wanted =
    min === max
      ? min === 0
        ? 'no argument'
        : `exactly ${min}`
      : args.length < min
        ? `${min} at least`
        : `${max} at most`;
  const given = args.length === 0 ? 'nothing' : `${args.length}: ${args.map(printable).join(' ')}`;
  throw new UsageError(`${command.name}: takes ${wanted}, was given ${given}`, {
    remedy: `usage: minidocker ${command.name} ${command.usage}`,
  });
}

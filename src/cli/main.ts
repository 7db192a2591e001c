/** The command line: finds the command, understands its flags, does it, and answers with an exit code. */
import { UsageError } from '../kernel/errors.ts';
import type { Command, Given } from './definition.ts';
import { findCommand, isGroup } from './find-command.ts';
import { configureLog, log } from './log.ts';
import { parse } from './parse.ts';
import { reportError } from './report-error.ts';
import { globalFlags } from './table/commands.ts';

/** The program itself, as a command: its flags stand in front of the real one. */
const program: Command = {
  name: '',
  usage: '[OPTIONS] COMMAND',
  summary: '',
  flags: globalFlags,
  min: 0,
  program: true,
  load: async () => (await import('./verbs/help.ts')).help,
};

/** @param argv what stands behind the program's name. @returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let command: Command | undefined;
  try {
    const before = parse(program, argv);
    configureLog(before.flags);
    if (before.flags.on('version')) return await ask('version', []);
    if (before.flags.on('help') || before.args.length === 0) return await ask('help', []);
    const { args } = before;
    if (isGroup(args[0]!) && (args[1] === undefined || args[1] === '--help')) return await ask('help', [args[0]!]);
    const found = findCommand(args);
    const given = parse(found.command, found.rest);
    if (given.flags.on('help')) return await ask('help', found.command.name.split(' '));
    // Mistakes in the line itself are 125 for every command; what comes later has codes of its own.
    command = found.command;
    refuseWithoutRoot(given);
    const started = Date.now();
    const verb = await command.load();
    const code = await verb(given);
    log('info', `${command.name} ended with ${code} after ${Date.now() - started} ms`, { code });
    return code;
  } catch (error) {
    return reportError(error, command);
  }
}

async function ask(name: string, args: string[]): Promise<number> {
  const { command } = findCommand([name]);
  return await (await command.load())(parse(command, args));
}

/** What changes links and the firewall of the host. Containers need no root: they get a user namespace. */
function refuseWithoutRoot({ command }: Given): void {
  if (!command.needsRoot || process.getuid?.() === 0) return;
  throw new UsageError(`${command.name} needs root: links and the firewall of the host belong to root`, {
    remedy: `say sudo minidocker ${command.name} …`,
    exitCode: 1,
  });
}

/** An error as a person sees it: one line on standard error, and the exit code. Only bugs show a stack. */
import { SyscallError, UsageError } from '../kernel/errors.ts';
import { printable } from '../view/printable.ts';
import type { Command } from './definition.ts';
import { tell } from './say.ts';

const isNodeError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && 'syscall' in error;

/** Docker's: what cannot be run ends run with 125, every other command with 1. */
const failed = (command: Command | undefined): number => (command === undefined || command.program ? 125 : 1);

/** @returns the exit code. */
export function reportError(error: unknown, command?: Command): number {
  const say = (text: string): void => tell(`minidocker: ${printable(text)}`);
  if (error instanceof UsageError) {
    say(error.message);
    return error.exitCode === 125 ? failed(command) : error.exitCode;
  }
  if (error instanceof SyscallError) {
    say(error.causes.length > 0 ? `${error.message}; ${error.causes.join('; or ')}` : error.message);
    return failed(command);
  }
  if (isNodeError(error)) {
    say(`${error.message}; this is what the kernel answered`);
    return failed(command);
  }
  tell(
    `minidocker: this is a mistake of the program, please report it\n${error instanceof Error ? error.stack : String(error)}`,
  );
  return failed(command);
}

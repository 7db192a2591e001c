/** An error as a person sees it: one line on standard error, and the exit code. Only bugs show a stack. */
import { SyscallError, UsageError } from '../kernel/errors.ts';
import type { Command } from './definition.ts';
import { log } from './log.ts';
import { tell } from './say.ts';

const isNodeError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && 'syscall' in error;

/** Docker's: what cannot be run ends run with 125, every other command with 1. */
const failed = (command: Command | undefined): number =>
  command === undefined || ['run', 'create'].includes(command.name) ? 125 : 1;

/** @param command undefined while the line itself is being understood. @returns the exit code. */
export function reportError(error: unknown, command?: Command): number {
  if (error instanceof UsageError) {
    log('error', error.message, { remedy: error.remedy });
    return error.exitCode === 125 ? failed(command) : error.exitCode;
  }
  if (error instanceof SyscallError) {
    const { message, causes, syscall, code } = error;
    log('error', causes.length > 0 ? `${message}; ${causes.join('; or ')}` : message, { syscall, code });
    return failed(command);
  }
  // Whoever read our output has gone: 128 + SIGPIPE, without a word.
  if (isNodeError(error) && error.code === 'EPIPE') return 141;
  if (isNodeError(error)) {
    log('error', `${error.message}; this is what the kernel answered`, { syscall: error.syscall, code: error.code });
    return failed(command);
  }
  tell(
    `minidocker: this is a mistake of the program, please report it\n${error instanceof Error ? error.stack : String(error)}`,
  );
  return failed(command);
}

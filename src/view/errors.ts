/** Errors as a person wants to read them: what was refused, what it means, what causes it, what to type. */
import { types } from 'node:util';
import { SyscallError, UsageError } from '../kernel/errors.ts';
import { paint } from './colour.ts';
import { wrap } from './wrap.ts';

function syscallError(error: SyscallError): string {
  const { syscall, args, code, meaning, causes } = error;
  const head = `${paint('red', '✘')} ${syscall}(${args.join(', ')}) = -1 ${paint('red', code)}: ${meaning}`;
  if (causes.length === 0) return head;
  const title = causes.length === 1 ? 'likely cause' : 'likely causes, the likeliest first';
  return [head, `  ${paint('dim', title)}`, ...causes.map((it) => wrap(`· ${it}`, '  '))].join('\n');
}

/** The message without the remedy, which stands on a line of its own. */
function usageError(error: UsageError): string {
  const { remedy, message, cause } = error;
  const what = remedy ? message.slice(0, -(remedy.length + 2)) : message;
  const lines = [`${paint('red', '✘')} ${wrap(what, '  ').trimStart()}`];
  if (remedy) lines.push(remedyLines(remedy));
  if (cause instanceof SyscallError) lines.push(paint('dim', `  the kernel said: ${cause.message}`));
  return lines.join('\n');
}

/** Code in a remedy begins at `await` and is to be copied as it is: never broken. */
function remedyLines(remedy: string): string {
  const at = remedy.indexOf('await ');
  if (at === -1) return wrap(`→ ${remedy}`, '  ');
  return `  → ${remedy.slice(0, at).trimEnd()}\n    ${paint('cyan', remedy.slice(at))}`;
}

/** The stack of an error, without the frames of Node's own. */
function otherError(error: Error): string {
  const [head, ...frames] = (error.stack ?? String(error)).split('\n');
  const own = frames.filter((it) => !/node:|\(?REPL\d*:/.test(it));
  return [`${paint('red', '✘')} ${head}`, ...own.map((it) => paint('dim', it))].join('\n');
}

/** Any thrown value. */
export function errorText(error: unknown): string {
  if (error instanceof SyscallError) return syscallError(error);
  if (error instanceof UsageError) return usageError(error);
  // What is typed at a prompt runs in a context of its own, whose Error is another one.
  if (types.isNativeError(error)) return otherError(error);
  return `${paint('red', '✘')} thrown: ${String(error)}`;
}

/** The last step: the blank process becomes the program – see execve(2), close_range(2). */
import * as fs from 'node:fs';
import { F } from '../kernel/constants.ts';
import { isRefusal, SyscallError, UsageError } from '../kernel/errors.ts';
import { writeKernel } from '../kernel/files.ts';
import { argumentsOf, statusOf } from '../kernel/proc.ts';
import { labelOf, labelRefusal } from './announced-label.ts';
import type { Box } from './box.ts';
import { codeOf, type Step } from './step.ts';

const CLOSE_RANGE_CLOEXEC = 4;
const FD_CLOEXEC = 1;
const SIGKILL = 9;
const PR_SET_PDEATHSIG = 1;

/** Where a command is looked for: as it stands when it has a slash, else in each directory of PATH – see execvp(3). */
export function candidates(command: string, env: readonly string[]): string[] {
  if (command.includes('/')) return [command];
  const path =
    env.findLast((it) => it.startsWith('PATH='))?.slice(5) ??
    '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return path.split(':').map((it) => `${it || '.'}/${command}`);
}

/** Nothing above 2 stays open. Without close_range(2) (its flag is Linux 5.11; a filter of one's own can forbid it) one after another. */
function closeAtExec({ process }: Box): void {
  try {
    process.call('close_range', 3, 0xffffffff, CLOSE_RANGE_CLOEXEC);
  } catch (error) {
    if (!isRefusal(error, 'EINVAL', 'ENOSYS', 'EPERM')) throw error;
    const open = fs.readdirSync(`/proc/${process.pid}/fd`).map(Number);
    process.chain(open.filter((fd) => fd > 2).map((fd) => ({ name: 'fcntl', args: [fd, F.SETFD, FD_CLOEXEC] })));
  }
}

/** What Docker says with 126 (it is there and cannot be run) and 127 (it is not there). */
function refusal(box: Box, command: string, error: SyscallError): UsageError {
  const label = labelOf(box);
  if (label && error.syscall === 'write') return labelRefusal(label, error);
  const missing = error.code === 'ENOENT' || error.code === 'ENOTDIR';
  const where = command.includes('/') ? 'in this image' : 'in any directory of PATH in this image';
  const remedies: Record<string, string> = {
    EACCES: label
      ? `is it executable, also by the rules for ${JSON.stringify(label.label)}?`
      : 'is it executable (chmod +x), and not on a file system mounted noexec?',
    ENOEXEC: 'is it a program of this processor, or a script that begins with #!?',
  };
  const options = { exitCode: missing ? 127 : 126, cause: error };
  if (missing)
    return new UsageError(`${command}: not found ${where}`, {
      ...options,
      remedy: 'see what there is: … sh -c "ls /bin /usr/bin"',
    });
  const remedy = remedies[error.code];
  return new UsageError(`${command}: cannot be run (${error.meaning})`, remedy ? { ...options, remedy } : options);
}

function become(box: Box, args: readonly string[], env: readonly string[]): void {
  try {
    const beforeProgram = (): void => {
      box.beforeProgram?.();
      setScore(box);
    };
    box.process.exec(candidates(args[0]!, env), args, env, { beforeProgram, label: labelOf(box) });
  } catch (error) {
    if (
      error instanceof SyscallError &&
      (error.syscall === 'write' ||
        isRefusal(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ENOEXEC', 'ELOOP', 'EISDIR', 'ETXTBSY', 'E2BIG', 'EPERM'))
    )
      throw refusal(box, args[0]!, error);
    throw error;
  }
}

/** What the step called oom-score wants; a program that has ended at once has no score any more. */
function setScore({ notes, process }: Box): void {
  const score = notes.get('oom score');
  if (score === undefined) return;
  try {
    writeKernel(`/proc/${process.pid}/oom_score_adj`, String(score));
  } catch (error) {
    if (!isRefusal(error, 'ENOENT', 'ESRCH')) throw error;
  }
}

/** The home directory of the user that the user step found, where nothing else is said. */
function withHome(box: Box, env: readonly string[]): readonly string[] {
  const home = box.notes.get('home');
  return home === undefined || env.some((it) => it.startsWith('HOME=')) ? env : [...env, `HOME=${home}`];
}

/** @param args the program and its arguments. @param env its environment, `NAME=value` each. @param dieWithParent ends with Node. */
export function program(
  args: readonly string[],
  env: readonly string[],
  options: { dieWithParent?: boolean } = {},
): Step {
  if (args.length === 0 || args[0] === '')
    throw new UsageError('there is no command to run', { remedy: 'name one after the image', exitCode: 125 });
  return {
    name: 'program',
    title: `become ${args.join(' ')}`,
    explain:
      'execve replaces the blank process by a program: same pid, same namespaces, same limits. Every descriptor above 2 is closed by it, so that nothing of the host is left open inside. From here on the container lives by itself.',
    manual: ['execve(2)', 'close_range(2)', 'prctl(2)'],
    calls: [
      'close_range(3, ~0, CLOSE_RANGE_CLOEXEC)',
      `execve("${args[0]}", [${args.map((it) => JSON.stringify(it)).join(', ')}], …)`,
    ],
    code: codeOf('program', args, env),
    apply(box) {
      const by = box.process;
      closeAtExec(box);
      // A change of user clears it.
      by.call('prctl', PR_SET_PDEATHSIG, (options.dieWithParent ?? true) ? SIGKILL : 0, 0, 0, 0);
      // They share our memory, and may be in the container's group: nothing of it may be counted there when the program begins.
      box.endParents();
      become(box, args, withHome(box, env));
    },
    observe: (box) => ({
      pid: box.process.pid,
      program: argumentsOf(box.process.pid).join(' '),
      capabilities: statusOf(box.process.pid).get('CapEff'),
    }),
  };
}

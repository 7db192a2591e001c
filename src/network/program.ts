/** Runs a program in the network namespace of a caller: in ours as it is, in another through nsenter(1). */
import type { Caller } from '../kernel/caller.ts';
import { childProcess } from '../kernel/child-process.ts';
import { emit, isTraced } from '../kernel/trace.ts';
import { namespacePid } from './context.ts';

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The program is not installed. */
  readonly missing: boolean;
}

/** Runs it to its end. @param input what it reads */
export function runIn(caller: Caller, command: readonly string[], input = ''): Ended {
  const pid = namespacePid(caller);
  // An ordinary user may enter a network namespace only by the user namespace that it belongs to.
  const user = process.getuid?.() === 0 ? [] : [`--user=/proc/${pid}/ns/user`, '--preserve-credentials'];
  const entering = pid === undefined ? [] : ['nsenter', ...user, `--net=/proc/${pid}/ns/net`];
  const [program = '', ...args] = [...entering, ...command];
  // An ordinary user's path may be without the directories of such programs.
  const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
  const done = childProcess().spawnSync(program, args, { input, encoding: 'utf8', env: { ...process.env, PATH } });
  const missing = done.error !== undefined || done.status === 127;
  return { status: done.status ?? -1, stdout: done.stdout ?? '', stderr: done.stderr ?? '', missing };
}

/** So much of it is shown in a trace, in characters. */
const SHOWN = 300;

/** Does it and tells the trace, with what the program was given to read. */
export function traced<T>(caller: Caller, program: string, input: string, action: () => T): T {
  const started = process.hrtime.bigint();
  let result = -1;
  try {
    const value = action();
    result = 0;
    return value;
  } finally {
    if (isTraced()) {
      const micros = Number(process.hrtime.bigint() - started) / 1000;
      const shown = JSON.stringify(input.length > SHOWN ? `${input.slice(0, SHOWN)}…` : input);
      const event = { who: caller.who, call: program, args: [shown], result, micros };
      emit(result < 0 ? { ...event, code: 'refused' } : event);
    }
  }
}

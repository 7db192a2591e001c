/** run: the whole list at once, in this process; the program's end is ours. */
import * as fs from 'node:fs';
import { host } from '../kernel/caller.ts';
import { O } from '../kernel/constants.ts';
import type { Exit } from '../kernel/exits.ts';
import { asPlumbing } from '../kernel/trace.ts';
import type { Stdio } from '../steps/box.ts';
import { makeBox } from './make.ts';
import type { RunOptions } from './options.ts';

/** How a run ended. */
export interface RunResult {
  id: string;
  /** The program's exit code; 128 + n when signal n ended it. */
  exitCode: number;
  signal: number | null;
  /** With `capture`: what the program wrote. */
  stdout: string;
  stderr: string;
}

/** 128 + n for signal n, as shells have it. */
export const exitCodeOf = (exit: Exit): number => exit.code ?? 128 + (exit.signal ?? 0);

function pipe(): [read: number, write: number] {
  const fds = new Uint8Array(8);
  asPlumbing(() => host.call('pipe2', fds, O.CLOEXEC));
  const view = new DataView(fds.buffer);
  return [view.getInt32(0, true), view.getInt32(4, true)];
}

async function readAll(fd: number): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of fs.createReadStream('', { fd })) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/**
 * Runs a container to its end and removes it.
 * @param options as Docker's flags; with `capture`, what the program writes is returned in place of being shown.
 * @throws UsageError, SyscallError: nothing is left behind then.
 */
export async function run(options: RunOptions & { capture?: boolean }): Promise<RunResult> {
  const pipes = options.capture ? [pipe(), pipe()] : [];
  const stdin = options.interactive ? 0 : null;
  const stdio: Stdio = options.capture ? [stdin, pipes[0]![1], pipes[1]![1]] : [stdin, 1, 2];
  let made: ReturnType<typeof makeBox> | undefined;
  try {
    made = makeBox(options, { stdio });
    for (const step of made.steps) await made.box.apply(step);
    for (const [, write] of pipes) fs.closeSync(write);
    const outputs = pipes.map(([read]) => readAll(read));
    pipes.length = 0;
    const exit = await made.box.wait();
    const [stdout = '', stderr = ''] = await Promise.all(outputs);
    return { id: made.box.id, exitCode: exitCodeOf(exit), signal: exit.signal, stdout, stderr };
  } finally {
    for (const fd of pipes.flat()) fs.closeSync(fd);
    await made?.remove();
  }
}

/** exec: a command in a running container, from this process. */
import type { Exit } from '../../kernel/exits.ts';
import type { Box, Stdio } from '../../steps/box.ts';
import { tell } from '../events.ts';
import { attributesOf } from '../lifecycle/create.ts';
import { exitCodeOf } from '../run.ts';
import type { Container } from '../store/store.ts';
import { joinContainer } from './join.ts';

export interface ExecRequest {
  command: string[];
  env?: string[];
  envFile?: string[];
  workdir?: string;
  user?: string;
  privileged?: boolean;
  tty?: boolean;
  size?: { height: number; width: number };
  interactive?: boolean;
  /** Nobody waits for it. */
  detach?: boolean;
  /** In place of this process's own. */
  stdio?: Stdio;
}

/** A command that runs: `box.terminal` is the master side of its terminal, where it has one. */
export interface Execution {
  box: Box;
  ended(): Promise<Exit>;
}

export async function startExec(container: Container, request: ExecRequest): Promise<Execution> {
  const { detach = false, interactive = false, envFile, ...options } = request;
  const { linesOf } = await import('../compile/policies.ts');
  const usual: Stdio = detach ? [null, null, null] : [interactive ? 0 : null, 1, 2];
  const box = await joinContainer(container, {
    ...options,
    env: [...linesOf(envFile, '--env-file'), ...(options.env ?? [])],
    stdio: request.stdio ?? usual,
    dieWithParent: !detach,
  });
  tell(`exec_start: ${request.command.join(' ')}`, container.id, attributesOf(container));
  const ended = async (): Promise<Exit> => {
    const exit = await box.wait();
    await box.close();
    tell('exec_die', container.id, { ...attributesOf(container), exitCode: String(exitCodeOf(exit)) });
    return exit;
  };
  return { box, ended };
}

/** Runs a command to its end. @returns its exit code; 0 at once with `detach` */
export async function exec(container: Container, request: ExecRequest): Promise<number> {
  const { ended } = await startExec(container, request);
  return request.detach ? 0 : exitCodeOf(await ended());
}

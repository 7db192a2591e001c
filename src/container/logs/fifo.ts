/**
 * The pipes of a detached container: named ones in its directory. The container’s side is opened for reading and writing, so that neither a missing reader nor the death of
 * the supervisor ends or loses anything: what is in the pipe stays in it until somebody reads it – see fifo(7).
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { host } from '../../kernel/caller.ts';
import { AT, S } from '../../kernel/constants.ts';
import { isRefusal } from '../../kernel/errors.ts';
import { mknodat } from '../../kernel/file.ts';
import { asPlumbing } from '../../kernel/trace.ts';
import type { Stdio } from '../../steps/box.ts';
import { explainState } from '../store/files.ts';

export type PipeName = 'stdin' | 'stdout' | 'stderr';

export const pipePath = (directory: string, name: PipeName): string => join(directory, `${name}.pipe`);

function make(directory: string, name: PipeName): void {
  const path = pipePath(directory, name);
  explainState(path, () => {
    try {
      asPlumbing(() => mknodat(host, AT.FDCWD, path, Number(S.IFIFO) | 0o600, 0));
    } catch (error) {
      if (!isRefusal(error, 'EEXIST')) throw error;
    }
  });
}

/**
 * Makes the pipes and opens the container's side of them. Close the descriptors when the container has its copies.
 * @param inputEnds its input ends when the last writer closes it; else it never does.
 */
export function openContainerSide(
  directory: string,
  withStdin: boolean,
  inputEnds = false,
): { stdio: Stdio; close(): void } {
  const open = (name: PipeName): number => {
    make(directory, name);
    return fs.openSync(pipePath(directory, name), fs.constants.O_RDWR);
  };
  const openInput = (): number => {
    const both = open('stdin');
    if (!inputEnds) return both;
    const reading = fs.openSync(pipePath(directory, 'stdin'), fs.constants.O_RDONLY);
    fs.closeSync(both);
    return reading;
  };
  const stdio: Stdio = [withStdin ? openInput() : null, open('stdout'), open('stderr')];
  return {
    stdio,
    close: () => {
      for (const fd of stdio) if (fd !== null) fs.closeSync(fd);
    },
  };
}

/** Opens the reading end; nothing waits for a writer. */
export const openReadEnd = (directory: string, name: PipeName): number =>
  fs.openSync(pipePath(directory, name), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);

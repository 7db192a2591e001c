/** The directory that the program begins in – see chdir(2), getcwd(2). */
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { chdir, getcwd } from '../kernel/process.ts';
import type { Box } from './box.ts';
import { atPlace } from './in-root.ts';
import { codeOf, type Step } from './step.ts';

/** @param path absolute, inside the container; made where it is missing. */
export function workingDirectory(path: string): Step {
  if (!path.startsWith('/'))
    throw new UsageError(`the working directory ${JSON.stringify(path)} is not absolute`, {
      remedy: 'begin it with /',
    });
  if (/^\/proc(\/|$)/.test(path))
    throw new UsageError(`the working directory ${path} is in /proc, where a link could lead out of the container`, {
      remedy: 'choose another',
    });
  return {
    name: 'working-directory',
    title: `begin in ${path}`,
    explain:
      'A working directory outside the root would be a way out, so it is asked for after the change: the kernel says “(unreachable)” for such a one.',
    manual: ['chdir(2)', 'getcwd(2)'],
    calls: [`chdir("${path}")`, 'getcwd()'],
    code: codeOf('workingDirectory', path),
    apply(box) {
      enter(box, path);
      const found = getcwd(box.process);
      if (!found.startsWith('/'))
        throw new UsageError(`the working directory ${path} is outside the container (${found})`, {
          remedy: 'choose another',
        });
    },
    observe: (box) => ({ 'working directory': getcwd(box.process) }),
  };
}

function enter(box: Box, path: string): void {
  try {
    chdir(box.process, path);
  } catch (error) {
    if (isRefusal(error, 'ENOTDIR'))
      throw new UsageError(`the working directory ${path} is no directory in this image`, {
        exitCode: 127,
        cause: error,
      });
    if (!isRefusal(error, 'ENOENT')) throw error;
    atPlace(box, path, 'directory', () => undefined);
    chdir(box.process, path);
  }
}

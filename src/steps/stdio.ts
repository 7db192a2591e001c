/** Standard input, output and error: descriptors of Node's, /dev/null, or a terminal of the container's own – see dup(2), pty(7), ioctl_tty(2). */
import * as fs from 'node:fs';
import { AT, IOCTL, O } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { close, dup3, open } from '../kernel/file.ts';
import type { Request } from '../kernel/mailbox.ts';
import { setsid } from '../kernel/process.ts';
import type { Box } from './box.ts';
import { codeOf, type Step } from './step.ts';

const F_DUPFD = 0;
/** Copies begin here, out of the way of 0, 1 and 2. */
const ASIDE = 100;

const openNull: Request = { name: 'openat', args: [AT.FDCWD, '/dev/null', O.RDWR | O.NOFOLLOW, 0] };
const copyOf = (fd: number): Request => ({ name: 'fcntl', args: [fd, F_DUPFD, ASIDE] });

const linkOf = (pid: number, fd: number): string => {
  try {
    return fs.readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return 'closed';
  }
};

const seen = (box: Box) => ({
  stdin: linkOf(box.process.pid, 0),
  stdout: linkOf(box.process.pid, 1),
  stderr: linkOf(box.process.pid, 2),
});

/** Puts what the box was given at 0, 1 and 2. Node's own are close-on-exec: the copies are not. */
export function stdio(): Step {
  return {
    name: 'stdio',
    title: 'standard input, output and error',
    explain:
      'A program expects descriptors 0, 1 and 2. They are copies of somebody’s outside: a terminal, a pipe, a file, or /dev/null. A session of its own comes with them: process groups reach across pid namespaces, and a kill(0, …) inside would otherwise hit whoever started the container; nor can it type into our terminal then (TIOCSTI).',
    manual: ['stdin(3)', 'dup(2)', 'setsid(2)', 'TIOCSTI(2const)'],
    calls: ['setsid()', 'dup3(FD, 0, 0)', 'dup3(FD, 1, 0)', 'dup3(FD, 2, 0)'],
    code: codeOf('stdio'),
    apply(box) {
      const by = box.process;
      setsid(by);
      // Copied aside first, so that none is overwritten before it has been copied.
      const copies = by.chain(box.stdio.map((fd) => (fd === null ? openNull : copyOf(fd))));
      by.chain(
        copies.flatMap((copy, i): Request[] =>
          copy === i
            ? []
            : [
                { name: 'dup3', args: [copy, i, 0] },
                { name: 'close', args: [copy] },
              ],
        ),
      );
    },
    observe: seen,
  };
}

/** Makes a terminal in the container's own /dev/pts, and takes its master side out to Node. */
export function terminal(size?: { height: number; width: number }): Step {
  return {
    name: 'terminal',
    title: 'a terminal of its own',
    explain:
      'A pseudo-terminal is a pair: the slave side is the container’s controlling terminal, the master side stays with us, and whoever holds it sees what is written and types. A new session makes Ctrl-C a matter of the container.',
    manual: ['pty(7)', 'setsid(2)', 'ioctl_tty(2)', 'pidfd_getfd(2)'],
    calls: [
      'open("/dev/pts/ptmx", O_RDWR|O_NOCTTY)',
      'ioctl(MASTER, TIOCSPTLCK, [0])',
      'ioctl(MASTER, TIOCGPTPEER, O_RDWR|O_NOCTTY)',
      'setsid()',
      'ioctl(SLAVE, TIOCSCTTY, 0)',
      'dup3(SLAVE, 0…2, 0)',
    ],
    code: codeOf('terminal', size),
    apply(box) {
      const by = box.process;
      const master = openMaster(box);
      by.call('ioctl', master, IOCTL.TIOCSPTLCK, new Uint8Array(4));
      const slave = by.call('ioctl', master, IOCTL.TIOCGPTPEER, O.RDWR | O.NOCTTY);
      if (size)
        by.call(
          'ioctl',
          master,
          IOCTL.TIOCSWINSZ,
          new Uint8Array(Uint16Array.of(size.height, size.width, 0, 0).buffer),
        );
      setsid(by);
      by.call('ioctl', slave, IOCTL.TIOCSCTTY, 0);
      box.terminal = box.process.takeDescriptor(master);
      for (const fd of [0, 1, 2]) dup3(by, slave, fd);
      if (slave > 2) close(by, slave);
      if (master > 2) close(by, master);
    },
    observe: seen,
  };
}

function openMaster(box: Box): number {
  try {
    return open(box.process, '/dev/pts/ptmx', O.RDWR | O.NOCTTY | O.CLOEXEC);
  } catch (error) {
    if (!isRefusal(error, 'ENOENT')) throw error;
    throw new UsageError('there is no /dev/pts/ptmx in this root, so no terminal can be made', {
      remedy: 'mount /dev/pts first: await box.apply(steps.devpts())',
      cause: error,
    });
  }
}

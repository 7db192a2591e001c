/** Several places inside the root at once: the calls for all of them are handed over together, as one chain. */
import { O } from '../kernel/constants.ts';
import { errnoNumber, SyscallError } from '../kernel/errors.ts';
import { close, IN_ROOT, openHow } from '../kernel/file.ts';
import type { Request } from '../kernel/mailbox.ts';
import type { Box } from './box.ts';
import { rootDescriptor } from './in-root.ts';

/** A place that was found: `place` leads exactly there, through the process's own descriptor `fd`. */
export interface Found {
  path: string;
  fd: number;
  place: string;
}

const absent = ['ENOENT', 'ENOTDIR'].map((code) => -errnoNumber(code));

/** Opens those of the paths that are there, resolved as if the new root were `/`; does something with them; closes them. */
export function withFound<T>(box: Box, paths: readonly string[], action: (found: Found[]) => T): T {
  const root = rootDescriptor(box);
  let found: Found[] = [];
  try {
    const how = openHow({ flags: O.PATH | O.CLOEXEC, resolve: IN_ROOT });
    const opens = paths.map(
      (path): Request => ({ name: 'openat2', args: [root, path, how, how.length], mayFail: true }),
    );
    const fds = box.process.chain(opens);
    found = paths
      .map((path, i) => ({ path, fd: fds[i]!, place: `/proc/self/fd/${fds[i]}` }))
      .filter((it) => it.fd >= 0);
    const refused = fds.findIndex((fd) => fd < 0 && !absent.includes(fd));
    if (refused >= 0) throw new SyscallError('openat2', ['ROOT', JSON.stringify(paths[refused])], -fds[refused]!);
    return action(found);
  } finally {
    for (const it of found) close(box.process, it.fd);
  }
}

/** What of the host's system an image called host does not show: people's directories, keys, password hashes, our own state. */
import * as fs from 'node:fs';
import { MS } from '../kernel/constants.ts';
import { errnoName, SyscallError } from '../kernel/errors.ts';
import type { Request } from '../kernel/mailbox.ts';
import type { Box } from './box.ts';
import { requirePrivate, requireRoot } from './guards.ts';
import { withLabel } from './mount-label.ts';
import { codeOf, type Step } from './step.ts';

interface Covered {
  path: string;
  isDirectory: boolean;
}

/** What is on another file system than / is not in the image at all. */
const passedOver = new Set(['ENOENT', 'ENOTDIR']);

function existing(path: string): Covered[] {
  try {
    const real = fs.realpathSync(path);
    return [{ path: real, isDirectory: fs.statSync(real).isDirectory() }];
  } catch {
    return [];
  }
}

function cover(box: Box, { path, isDirectory }: Covered): Request {
  const target = (box.newRoot === '/' ? '' : box.newRoot) + path;
  const mode = ['/tmp', '/var/tmp'].includes(path) ? 'mode=1777' : path === '/root' ? 'mode=700' : 'mode=755';
  const args = isDirectory
    ? ['tmpfs', target, 'tmpfs', MS.NOSUID | MS.NODEV, withLabel(box, mode)]
    : ['/dev/null', target, null, MS.BIND, null];
  return { name: 'mount', args, mayFail: true };
}

/** @param paths what is covered: a directory by an empty tmpfs, a file by /dev/null. What is not there is passed over. */
export function hide(paths: readonly string[]): Step {
  return {
    name: 'hide',
    title: 'people’s directories, keys and password hashes are covered',
    explain:
      'The image shows this system, not its people: home directories are covered by empty ones, private keys and shadow files by /dev/null. Who wants to show a directory binds it in, as a volume.',
    manual: ['mount(2)'],
    calls: [
      'mount("tmpfs", DIRECTORY, "tmpfs", MS_NOSUID|MS_NODEV, "mode=755")',
      'mount("/dev/null", FILE, NULL, MS_BIND, NULL)',
    ],
    code: codeOf('hide', paths),
    check(box) {
      requirePrivate(box, 'covering directories');
      requireRoot(box, 'covering directories');
    },
    apply(box) {
      // The image is this very system, so its links lead where the host's lead.
      const places = paths.flatMap(existing);
      const results = box.process.chain(places.map((it) => cover(box, it)));
      results.forEach((result, i) => {
        if (result < 0 && !passedOver.has(errnoName(-result)))
          throw new SyscallError('mount', [`"${places[i]?.path}"`], -result);
      });
      box.notes.set(
        'hide',
        places.filter((_, i) => results[i] === 0).map((it) => it.path),
      );
    },
    observe: (box) => ({ covered: ((box.notes.get('hide') as string[] | undefined) ?? []).join(' ') }),
  };
}

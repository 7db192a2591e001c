/** What of the host's system an image called host does not show: people's directories, keys, password hashes, our own state. */
import { MS } from '../kernel/constants.ts';
import { fileKind } from '../kernel/file.ts';
import { mount } from '../kernel/mount.ts';
import { requirePrivate, requireRoot } from './guards.ts';
import { ifThere } from './in-root.ts';
import { codeOf, type Step } from './step.ts';

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
      const covered = paths.filter((path) =>
        ifThere(box, path, (place, fd) => {
          if (fileKind(box.process, fd) === 'directory') {
            const mode =
              path === '/tmp' || path === '/var/tmp' ? 'mode=1777' : path === '/root' ? 'mode=700' : 'mode=755';
            mount(box.process, 'tmpfs', place, 'tmpfs', MS.NOSUID | MS.NODEV, mode);
          } else mount(box.process, '/dev/null', place, null, MS.BIND);
          return true;
        }),
      );
      box.notes.set('hide', covered);
    },
    observe: (box) => ({ covered: ((box.notes.get('hide') as string[] | undefined) ?? []).join(' ') }),
  };
}

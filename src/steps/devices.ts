/** The devices under /dev, and the links that programs expect there – see mknod(2), null(4), random(4), tty(4). */
import { basename, dirname } from 'node:path';
import { MS, O, S } from '../kernel/constants.ts';
import { isRefusal } from '../kernel/errors.ts';
import { close, fchmodat, makedev, mknodat, open, symlinkat } from '../kernel/file.ts';
import { mount } from '../kernel/mount.ts';
import type { Device } from '../spec/config.ts';
import { defaultDeviceLinks, defaultDevices } from '../spec/defaults.ts';
import type { Box } from './box.ts';
import { requirePrivate, requireRoot } from './guards.ts';
import { atPlace, ifThere } from './in-root.ts';
import { codeOf, type Step } from './step.ts';

const kinds = { c: S.IFCHR, u: S.IFCHR, b: S.IFBLK, p: S.IFIFO };

/** Inside a user namespace no device can be made: the host's is bound in its place. */
function bindFromHost(box: Box, it: Device): void {
  const source = open(box.process, it.path, O.PATH | O.CLOEXEC);
  try {
    atPlace(box, it.path, 'file', (place) => mount(box.process, `/proc/self/fd/${source}`, place, null, MS.BIND));
  } finally {
    close(box.process, source);
  }
}

function makeNode(box: Box, it: Device): void {
  const mode = it.fileMode ?? 0o666;
  atPlace(box, dirname(it.path), 'directory', (_, parent) => {
    const made = readableDirectory(box, parent);
    try {
      mknodat(box.process, made, basename(it.path), kinds[it.type] | mode, makedev(it.major, it.minor));
      // mknod(2) takes the umask off.
      fchmodat(box.process, made, basename(it.path), mode);
      if (it.uid || it.gid) box.process.call('fchownat', made, basename(it.path), it.uid ?? 0, it.gid ?? 0, 0);
    } finally {
      close(box.process, made);
    }
  });
}

/** fchmodat(2) and mknodat(2) work from a descriptor that is O_PATH too; a second one keeps the first untouched. */
const readableDirectory = (box: Box, parent: number): number =>
  open(box.process, `/proc/self/fd/${parent}`, O.PATH | O.DIRECTORY | O.CLOEXEC);

function makeLink(box: Box, path: string, target: string): void {
  atPlace(box, dirname(path), 'directory', (_, parent) => {
    try {
      symlinkat(box.process, target, parent, basename(path));
    } catch (error) {
      if (!isRefusal(error, 'EEXIST')) throw error;
    }
  });
}

/** @param list what is made; the six that every program expects where nothing is said. */
export function devices(list: readonly Device[] = defaultDevices): Step {
  return {
    name: 'devices',
    title: `make ${list.map((it) => it.path).join(', ')}`,
    explain:
      'A device file is only a pair of numbers that names a driver: 1:3 is null, 1:9 urandom. Those that every program expects are made; no disk, no memory, no terminal of the host.',
    manual: ['mknod(2)', 'null(4)', 'random(4)'],
    calls: list.map(
      (it) =>
        `mknodat(ROOT, "${it.path}", S_IFCHR|0${(it.fileMode ?? 0o666).toString(8)}, makedev(${it.major}, ${it.minor}))`,
    ),
    code:
      list === defaultDevices || JSON.stringify(list) === JSON.stringify(defaultDevices)
        ? codeOf('devices')
        : codeOf('devices', list),
    check(box) {
      requirePrivate(box, 'making devices');
      requireRoot(box, 'making devices');
    },
    apply(box) {
      for (const it of list) {
        if (box.owns('user')) bindFromHost(box, it);
        else {
          try {
            makeNode(box, it);
          } catch (error) {
            if (!isRefusal(error, 'EPERM', 'EEXIST')) throw error;
            bindFromHost(box, it);
          }
        }
      }
      for (const [path, target] of defaultDeviceLinks) makeLink(box, path, target);
    },
    observe(box) {
      const found = list.filter((it) => ifThere(box, it.path, () => true));
      return { devices: found.map((it) => `${it.path} ${it.type} ${it.major}:${it.minor}`).join(', ') };
    },
  };
}

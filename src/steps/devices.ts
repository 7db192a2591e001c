/** The devices under /dev, and the links that programs expect there – see mknod(2), null(4), random(4), tty(4). */
import { basename, dirname } from 'node:path';
import { MS, O, S } from '../kernel/constants.ts';
import { isRefusal } from '../kernel/errors.ts';
import { close, makedev, open } from '../kernel/file.ts';
import type { Request } from '../kernel/mailbox.ts';
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

/** mknod(2) takes the umask off: it is 0 meanwhile. */
function makeNodes(box: Box, list: readonly Device[], parent: number): void {
  const nodes = list.flatMap((it): Request[] => {
    const mode = it.fileMode ?? 0o666;
    const made: Request = {
      name: 'mknodat',
      args: [parent, basename(it.path), kinds[it.type] | mode, makedev(it.major, it.minor)],
    };
    const owned: Request = { name: 'fchownat', args: [parent, basename(it.path), it.uid ?? 0, it.gid ?? 0, 0] };
    return it.uid || it.gid ? [made, owned] : [made];
  });
  const before = box.process.call('umask', 0);
  try {
    box.process.chain(nodes);
  } finally {
    box.process.call('umask', before);
  }
}

function makeLinks(box: Box): void {
  atPlace(box, '/dev', 'directory', (_, parent) => {
    const links = defaultDeviceLinks.map(
      ([path, target]): Request => ({ name: 'symlinkat', args: [target, parent, basename(path)], mayFail: true }),
    );
    box.process.chain(links);
  });
}

function make(box: Box, list: readonly Device[]): void {
  const directories = new Set(list.map((it) => dirname(it.path)));
  for (const directory of directories) {
    const here = list.filter((it) => dirname(it.path) === directory);
    try {
      atPlace(box, directory, 'directory', (_, parent) => makeNodes(box, here, parent));
    } catch (error) {
      if (!isRefusal(error, 'EPERM', 'EEXIST')) throw error;
      for (const it of here) bindFromHost(box, it);
    }
  }
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
      make(box, list);
      makeLinks(box);
    },
    observe(box) {
      const found = list.filter((it) => ifThere(box, it.path, () => true));
      return { devices: found.map((it) => `${it.path} ${it.type} ${it.major}:${it.minor}`).join(', ') };
    },
  };
}

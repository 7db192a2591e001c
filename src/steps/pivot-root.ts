/** The new root becomes `/`, and the old one is let go of – see pivot_root(2). */
import * as fs from 'node:fs';
import { MNT, MS, O } from '../kernel/constants.ts';
import { UsageError } from '../kernel/errors.ts';
import { close, open } from '../kernel/file.ts';
import { mount, pivot_root, umount2 } from '../kernel/mount.ts';
import { mountsOf } from '../kernel/proc.ts';
import { chdir, fchdir } from '../kernel/process.ts';
import { requirePrivate, requireRoot } from './guards.ts';
import { codeOf, type Step } from './step.ts';

const rootOf = (pid: number): string => {
  try {
    return fs.readlinkSync(`/proc/${pid}/root`);
  } catch {
    return 'unknown';
  }
};

/** Changes places: the new root is at `/`, the old one is stacked under the same name and still reachable. */
export function pivotRoot(): Step {
  return {
    name: 'pivot-root',
    title: 'the new root becomes /',
    explain:
      'chroot only changes where one process begins to look, and a process with privilege walks out of it. pivot_root exchanges the root mount of the whole mount namespace: afterwards there is no way back to the old one, once it is unmounted.',
    manual: ['pivot_root(2)', 'chroot(2)'],
    calls: ['chdir(ROOT)', 'pivot_root(".", ".")', 'chdir("/")'],
    code: codeOf('pivotRoot'),
    check(box) {
      requirePrivate(box, 'pivot_root');
      requireRoot(box, 'pivot_root');
      if (box.newRoot === '/')
        throw new UsageError('the new root is / already', {
          remedy: 'let go of the old one: await box.apply(steps.releaseOldRoot())',
        });
    },
    apply(box) {
      const by = box.process;
      const oldRoot = open(by, '/', O.PATH | O.DIRECTORY | O.CLOEXEC);
      chdir(by, box.newRoot!);
      pivot_root(by, '.', '.');
      chdir(by, '/');
      box.notes.set('old root', oldRoot);
      box.newRoot = '/';
      box.oldRootHeld = true;
    },
    observe: (box) => ({ root: rootOf(box.process.pid), mounts: mountsOf(box.process.pid).length }),
  };
}

/** Unmounts the old root with everything below it. */
export function releaseOldRoot(): Step {
  return {
    name: 'release-old-root',
    title: 'the old root is let go of',
    explain:
      'The old root with all mounts below it is detached: nothing of the host can be reached by any path from here. MNT_DETACH lets go of it although somebody may still use it; made slave before, nothing of that travels back to the host.',
    manual: ['umount2(2)', 'pivot_root(2)'],
    calls: [
      'fchdir(OLD_ROOT)',
      'mount(NULL, ".", NULL, MS_REC|MS_SLAVE, NULL)',
      'umount2(".", MNT_DETACH)',
      'chdir("/")',
    ],
    code: codeOf('releaseOldRoot'),
    check(box) {
      if (box.oldRootHeld) return;
      throw new UsageError('there is no old root to let go of', {
        remedy: 'make the new root / first: await box.apply(steps.pivotRoot())',
      });
    },
    apply(box) {
      const by = box.process;
      const oldRoot = box.notes.get('old root') as number;
      fchdir(by, oldRoot);
      mount(by, null, '.', null, MS.REC | MS.SLAVE);
      umount2(by, '.', MNT.DETACH);
      chdir(by, '/');
      close(by, oldRoot);
      box.oldRootHeld = false;
    },
    observe: (box) => ({ mounts: mountsOf(box.process.pid).length, 'mounts of the host': mountsOf('self').length }),
  };
}

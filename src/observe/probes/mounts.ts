/** Mounts: overlays, a root of its own, a fresh /proc, and the newer calls for safe paths and mount attributes – mount(2), overlayfs. */
import type { BlankProcess } from '../../kernel/blank-process.ts';
import { AT, CLONE, MOUNT_ATTR, MS, O, RESOLVE, S } from '../../kernel/constants.ts';
import { makedev, mkdirat, mknodat, open, openat2 } from '../../kernel/file.ts';
import { writeKernel } from '../../kernel/files.ts';
import { mount, mount_setattr, open_tree, pivot_root } from '../../kernel/mount.ts';
import { mountsOf } from '../../kernel/proc.ts';
import {
  inBlankProcess,
  inNamespaces,
  inScratch,
  inUserNamespace,
  type Probe,
  probe,
  SCRATCH,
  scratch,
} from './probe.ts';

function overlay(by: BlankProcess, lower: string, further = ''): void {
  for (const name of ['upper', 'work', 'merged']) mkdirat(by, AT.FDCWD, `${SCRATCH}/${name}`);
  const data = `lowerdir=${lower},upperdir=${SCRATCH}/upper,workdir=${SCRATCH}/work${further}`;
  mount(by, 'overlay', `${SCRATCH}/merged`, 'overlay', 0, data);
  mkdirat(by, AT.FDCWD, `${SCRATCH}/merged/written`);
}

const overlayOnRoot = (): Probe =>
  probe(
    {
      name: 'overlay on /',
      neededFor: "the image `host`: this machine's own files, with a layer of the container's over them",
      howToGet:
        'a kernel with CONFIG_OVERLAY_FS (modprobe overlay), and root; inside a container: start that one with --privileged',
    },
    () => {
      inScratch((by) => overlay(by, '/'));
      return 'mounts, and can be written to';
    },
  );

const overlayForOrdinaryUsers = (): Probe =>
  probe(
    {
      name: 'overlay for ordinary users',
      neededFor: 'the image `host` and layers of images without root',
      howToGet:
        'a kernel that mounts overlay in a user namespace (5.11 and newer do), and user namespaces for ordinary users',
    },
    () =>
      inUserNamespace(CLONE.NEWNS, (by) => {
        scratch(by);
        overlay(by, '/usr', ',userxattr');
        return 'of /usr, mounts in a user namespace, and can be written to';
      }),
  );

const newRoot = (): Probe =>
  probe(
    {
      name: 'pivot_root',
      neededFor: 'a root that the program cannot get out of',
      howToGet:
        'boot with a root file system on a disk: from an initramfs the kernel refuses pivot_root; in a container: --privileged',
    },
    () => {
      inScratch((by) => pivot_root(by, SCRATCH, SCRATCH));
      return 'moves the root';
    },
  );

const freshProc = (): Probe =>
  probe(
    {
      name: 'a fresh /proc',
      neededFor: 'a /proc that shows the processes of the container only',
      howToGet:
        'in a container whose own /proc is masked: start that one with --privileged (or --security-opt systempaths=unconfined)',
    },
    () =>
      inNamespaces(CLONE.NEWNS | CLONE.NEWPID, (by) => {
        scratch(by);
        const first = by.fork();
        try {
          mount(first, 'proc', SCRATCH, 'proc');
        } finally {
          first.end();
        }
        return 'mounts in a pid namespace';
      }),
  );

const deviceNodes = (): Probe =>
  probe(
    {
      name: 'device nodes',
      neededFor: 'a /dev made by mknod; without it the nodes of the host are bound in',
      howToGet:
        'root with CAP_MKNOD, outside of a user namespace; inside a container the devices control group must allow it',
    },
    () => {
      inScratch((by) => {
        mknodat(by, AT.FDCWD, `${SCRATCH}/null`, Number(S.IFCHR) | 0o666, makedev(1, 3));
        open(by, `${SCRATCH}/null`, O.RDWR);
      });
      return 'can be made and opened';
    },
  );

const safePaths = (): Probe =>
  probe(
    {
      name: 'openat2',
      neededFor: 'paths that cannot lead out of the container by a symbolic link',
      howToGet: 'Linux 5.6 or newer; a seccomp filter around us may hide it',
    },
    () => {
      inBlankProcess((by) => openat2(by, AT.FDCWD, '/..', { flags: O.PATH, resolve: RESOLVE.IN_ROOT }));
      return 'resolves inside a root';
    },
  );

const attributes = (): Probe =>
  probe(
    {
      name: 'mount_setattr',
      neededFor: 'making a whole tree of mounts read-only in one call (--read-only, recursive :ro volumes)',
      howToGet: 'Linux 5.12 or newer',
    },
    () => {
      inScratch((by) => {
        mount(by, SCRATCH, SCRATCH, null, MS.BIND);
        mount_setattr(by, AT.FDCWD, SCRATCH, AT.RECURSIVE, { set: MOUNT_ATTR.RDONLY });
      });
      return 'changes a tree of mounts';
    },
  );

const idMapped = (): Probe => {
  const root = mountsOf('self').findLast((it) => it.target === '/')?.type ?? 'unknown';
  return probe(
    {
      name: 'idmapped mounts',
      neededFor: 'containers with ids of their own (--userns), and volumes whose owners are right inside (:idmap)',
      howToGet: `root, and a kernel whose ${root} supports them (ext4, xfs and btrfs since 5.12 to 5.15, overlay since 5.19, tmpfs since 6.3)`,
    },
    () =>
      // The map is that of a user namespace, and a user namespace needs somebody in it.
      inBlankProcess((holder) => {
        holder.call('unshare', CLONE.NEWUSER);
        writeKernel(`/proc/${holder.pid}/uid_map`, '0 100000 65536');
        writeKernel(`/proc/${holder.pid}/gid_map`, '0 100000 65536');
        return inScratch((by) => {
          const userNamespace = open(by, `/proc/${holder.pid}/ns/user`, O.CLOEXEC);
          const tree = open_tree(by, '/');
          mount_setattr(by, tree, '', AT.EMPTY_PATH, { set: MOUNT_ATTR.IDMAP, userNamespace });
          return `of ${root}, the file system of /, can be made`;
        });
      }),
  );
};

export const mounts = (): Probe[] => [
  overlayOnRoot(),
  overlayForOrdinaryUsers(),
  newRoot(),
  freshProc(),
  deviceNodes(),
  safePaths(),
  attributes(),
  idMapped(),
];

/** Every step by its name, as the API and the REPL offer them. */
export { cgroup, limits } from './cgroup.ts';
export { cgroupMount } from './cgroup-mount.ts';
export { devices } from './devices.ts';
export { fork } from './fork.ts';
export { hide } from './hide.ts';
export { hostname } from './hostname.ts';
export { idMap } from './id-map.ts';
export { loopback } from './loopback.ts';
export { dev, devpts, fileSystem as mount, mqueue, proc, shm, sysfs } from './mounts.ts';
export { namespace } from './namespace.ts';
export * as net from './net.ts';
export { pivotRoot, releaseOldRoot } from './pivot-root.ts';
export { makePrivate as private } from './private.ts';
export { program } from './program.ts';
export { rootfs, rootfsOf } from './rootfs.ts';
export { stdio, terminal } from './stdio.ts';
export { volume } from './volume.ts';
export { workingDirectory } from './working-directory.ts';

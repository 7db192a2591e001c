/** What containers have on the disk: their files, volumes, how much room they take. */
import type { Readable } from 'node:stream';
import type { CopyOptions } from '../files/copy.ts';
import type { Change } from '../files/diff.ts';
import type { DiskUse } from '../lifecycle/prune.ts';
import type { VolumeInfo } from '../volumes.ts';
import { find, settled } from './find.ts';

/** What it has changed of its image. */
export async function diff(reference: string): Promise<Change[]> {
  await settled();
  const container = await find(reference);
  return (await import('../files/diff.ts')).changes(container);
}

/** Copies a place of a container to one of this host, by the rules of docker-cp(1). */
export async function copyFrom(
  reference: string,
  path: string,
  destination: string,
  options: CopyOptions = {},
): Promise<void> {
  await settled();
  const container = await find(reference);
  await (await import('../files/copy.ts')).copyOutTo(container, path, destination, options);
}

/** Copies a place of this host to one of a container. */
export async function copyTo(
  reference: string,
  source: string,
  path: string,
  options: CopyOptions = {},
): Promise<void> {
  await settled();
  const container = await find(reference);
  await (await import('../files/copy.ts')).copyInFrom(container, source, path, options);
}

/** A place of a container as a tar stream: `cp NAME:PATH -`. */
export async function readArchive(reference: string, path: string, options: CopyOptions = {}): Promise<Readable> {
  await settled();
  const container = await find(reference);
  return (await import('../files/copy.ts')).copyOut(container, path, options);
}

/** Unpacks a tar stream into a directory of a container: `cp - NAME:PATH`. */
export async function writeArchive(
  reference: string,
  path: string,
  archive: Readable,
  options: CopyOptions = {},
): Promise<void> {
  await settled();
  const container = await find(reference);
  await (await import('../files/copy.ts')).copyIn(container, path, archive, options);
}

/** The container's whole root as a tar stream. */
export async function exportContainer(reference: string): Promise<Readable> {
  await settled();
  const container = await find(reference);
  return (await import('../files/copy.ts')).exportRoot(container);
}

/** What is used of the disk. */
export async function diskUse(): Promise<DiskUse[]> {
  await settled();
  return (await import('../lifecycle/prune.ts')).diskUse();
}

/** Volumes: directories of ours that outlive containers. */
export const volumes = {
  create: async (name?: string, labels: Record<string, string> = {}): Promise<VolumeInfo> =>
    (await import('../volumes.ts')).createVolume(name, labels),
  list: async (): Promise<VolumeInfo[]> => (await import('../volumes.ts')).listVolumes(),
  inspect: async (name: string): Promise<VolumeInfo> => (await import('../volumes.ts')).inspectVolume(name),
  remove: async (name: string, options: { force?: boolean } = {}): Promise<void> =>
    (await import('../volumes.ts')).removeVolume(name, options),
  /** Those that no container uses: the anonymous ones, or all. */
  prune: async (options: { all?: boolean } = {}): Promise<{ removed: string[]; bytes: number }> =>
    (await import('../volumes.ts')).pruneVolumes(options),
};

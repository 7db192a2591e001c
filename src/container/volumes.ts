/** Volumes: directories of ours that outlive containers, by name – see volumes in docker-run(1). */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../kernel/errors.ts';
import type { Config } from '../spec/config.ts';
import type { Root } from '../steps/box.ts';
import { tell } from './events.ts';
import type { RunOptions } from './options.ts';
import { volumesDirectory } from './paths.ts';
import { removeTree } from './remove-tree.ts';
import { makeStateDirectory, readState, writeState } from './store/files.ts';
import type { Volume } from './store/record.ts';
import { containers } from './store/store.ts';

/** volume.json beside the volume's `_data`. */
interface VolumeFile {
  name: string;
  created: string;
  labels: Record<string, string>;
  anonymous: boolean;
}

/** Docker's keys. */
export interface VolumeInfo {
  Name: string;
  Driver: 'local';
  Mountpoint: string;
  CreatedAt: string;
  Labels: Record<string, string>;
  Scope: 'local';
  /** Made for one container alone. */
  Anonymous: boolean;
}

const pattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/;

/** @throws UsageError */
export function checkVolumeName(name: string): string {
  if (pattern.test(name)) return name;
  throw new UsageError(`${JSON.stringify(name)} is no name of a volume`, {
    remedy: 'begin with a letter or digit, go on with letters, digits, _ . and -; a directory begins with / or ./',
  });
}

const directoryOf = (name: string): string => join(volumesDirectory(), name);

/** What a volume holds. */
export const volumeData = (name: string): string => join(directoryOf(name), '_data');

const infoOf = (name: string, file: VolumeFile | undefined): VolumeInfo => ({
  Name: name,
  Driver: 'local',
  Mountpoint: volumeData(name),
  CreatedAt: file?.created ?? '',
  Labels: file?.labels ?? {},
  Scope: 'local',
  Anonymous: file?.anonymous ?? false,
});

const read = (name: string): VolumeInfo | undefined =>
  pattern.test(name) && fs.existsSync(volumeData(name))
    ? infoOf(name, readState<VolumeFile>(join(directoryOf(name), 'volume.json')))
    : undefined;

/** Makes a volume; one that is there already stays as it is. @param name a random one where nothing is said. */
export function createVolume(
  name?: string,
  labels: Record<string, string> = {},
  anonymous = name === undefined,
): VolumeInfo {
  const chosen = checkVolumeName(name ?? randomBytes(32).toString('hex'));
  const there = read(chosen);
  if (there) return there;
  makeStateDirectory(directoryOf(chosen));
  makeStateDirectory(volumeData(chosen), 0o755);
  const file: VolumeFile = { name: chosen, created: new Date().toISOString(), labels, anonymous };
  writeState(join(directoryOf(chosen), 'volume.json'), file);
  tell('create', chosen, {}, 'volume');
  return infoOf(chosen, file);
}

export function listVolumes(): VolumeInfo[] {
  const names = fs.existsSync(volumesDirectory()) ? fs.readdirSync(volumesDirectory()) : [];
  return names.sort().flatMap((name) => read(name) ?? []);
}

/** @throws UsageError where there is none */
export function inspectVolume(name: string): VolumeInfo {
  const found = read(name);
  if (found) return found;
  throw new UsageError(`no such volume: ${name}`, { remedy: 'see what there is: volume ls', exitCode: 1 });
}

/** The containers that use a volume. */
export const usersOf = (name: string): string[] =>
  containers()
    .filter((it) => it.record.volumes.some((volume) => volume.name === name))
    .map((it) => it.id);

/** @throws UsageError where there is none, and where a container uses it */
export function removeVolume(name: string, options: { force?: boolean } = {}): void {
  if (options.force && !read(name)) return;
  inspectVolume(name);
  const users = usersOf(name);
  if (users.length > 0)
    throw new UsageError(`volume ${name} is in use by ${users.map((id) => id.slice(0, 12)).join(', ')}`, {
      remedy: 'remove the containers first',
      exitCode: 1,
    });
  removeTree(directoryOf(name));
  tell('destroy', name, {}, 'volume');
}

/** Removes anonymous volumes (all, when asked) that no container uses. @returns their names and how many bytes became free */
export function pruneVolumes(options: { all?: boolean } = {}): { removed: string[]; bytes: number } {
  const unused = listVolumes().filter((it) => (options.all || it.Anonymous) && usersOf(it.Name).length === 0);
  const bytes = unused.reduce((sum, it) => sum + sizeOf(it.Mountpoint), 0);
  for (const it of unused) removeVolume(it.Name);
  return { removed: unused.map((it) => it.Name), bytes };
}

/** What a directory and all below it takes on the disk, in bytes; links are not followed. */
export function sizeOf(path: string): number {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.blocks * 512;
  let names: string[] = [];
  try {
    names = fs.readdirSync(path);
  } catch {
    // It went away, or it is the kernel's own.
  }
  return names.reduce((sum, name) => sum + sizeOf(join(path, name)), stat.blocks * 512);
}

/** The volumes that options name: `-v name:/path`, `-v /path` (an anonymous one), `--mount type=volume`. */
export function volumesOf(options: RunOptions): Volume[] {
  const short = (options.volumes ?? []).flatMap((text) => {
    const parts = text.split(':');
    if (parts.length === 1) return [{ name: '', destination: parts[0]! }];
    return /^[./~]/.test(parts[0]!) ? [] : [{ name: parts[0]!, destination: parts[1]! }];
  });
  const long = (options.mounts ?? []).flatMap((text) => {
    const fields = new Map(text.split(',').map((it) => [it.split('=')[0], it.slice(it.indexOf('=') + 1)] as const));
    const get = (...keys: string[]): string | undefined =>
      keys.map((key) => fields.get(key)).find((it) => it !== undefined);
    if ((fields.get('type') ?? 'volume') !== 'volume') return [];
    return [{ name: get('source', 'src') ?? '', destination: get('target', 'destination', 'dst') ?? '' }];
  });
  return [...short, ...long].map(({ name, destination }) =>
    name === ''
      ? { name: randomBytes(32).toString('hex'), anonymous: true, destination }
      : { name: checkVolumeName(name), anonymous: false, destination },
  );
}

/** Makes the volumes of a new container, filled with what its image has there, and the directories of `-v` that are missing, as Docker does. */
export async function prepareVolumes(
  volumes: readonly Volume[],
  root: Root,
  config: Config,
  options: RunOptions,
  id: string,
): Promise<void> {
  const labels = config.linux.mountLabel ? await import('./files/relabel.ts') : undefined;
  for (const { name, anonymous, destination } of volumes) {
    createVolume(name, anonymous ? { 'minidocker.container': id } : {}, anonymous);
    const { populate } = await import('./files/populate.ts');
    const { idsOf } = await import('./files/ids.ts');
    const isNew = fs.readdirSync(volumeData(name)).length === 0;
    await populate(volumeData(name), root, destination, idsOf(config)?.outside);
    if (isNew) labels?.labelVolume(volumeData(name), config);
  }
  const bound = (options.volumes ?? []).map((it) => it.split(':')[1]);
  for (const { source, destination } of config.mounts) {
    const isBind = source?.startsWith('/') && bound.includes(destination);
    if (isBind && source && !fs.existsSync(source)) makeStateDirectory(source, 0o755);
  }
  labels?.relabelVolumes(config, options);
}

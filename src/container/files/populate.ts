/** A new volume begins with what the image has at its place, as Docker has it. Not of the image called host: that is this whole system. */
import * as fs from 'node:fs';
import { host } from '../../kernel/caller.ts';
import { O } from '../../kernel/constants.ts';
import { open } from '../../kernel/file.ts';
import type { Root } from '../../steps/box.ts';
import type { Translate } from './ids.ts';
import { packPath } from './pack.ts';
import { atPath, pathOf } from './root.ts';
import { unpack } from './unpack.ts';

const layersOf = (root: Root): readonly string[] => (root.kind === 'directory' ? [root.path] : root.lower);

/**
 * @param data the volume's directory: nothing happens when something is in it already. @param place where the volume is seen, in the image
 * @param outside who the image's owners are outside the container, where those are others
 */
export async function populate(data: string, root: Root, place: string, outside?: Translate): Promise<void> {
  if (fs.readdirSync(data).length > 0) return;
  const owner = outside?.({ uid: 0, gid: 0 });
  if (owner) fs.chownSync(data, owner.uid, owner.gid);
  for (const layer of layersOf(root)) if (layer !== '/' && (await copyFrom(layer, place, data, outside))) return;
}

/** @returns false where this layer has no such directory */
async function copyFrom(layer: string, place: string, data: string, outside?: Translate): Promise<boolean> {
  const top = open(host, layer, O.PATH | O.DIRECTORY | O.CLOEXEC);
  const target = open(host, data, O.PATH | O.DIRECTORY | O.CLOEXEC);
  try {
    const archive = atPath(
      top,
      place,
      (fd) => {
        const held = fs.openSync(`${pathOf(fd)}/.`, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
        return packPath(`${pathOf(held)}/.`, '.', () => fs.closeSync(held));
      },
      Number(O.DIRECTORY),
    );
    if (!archive) return false;
    await unpack(archive, target, '', { outside });
    return true;
  } finally {
    fs.closeSync(top);
    fs.closeSync(target);
  }
}

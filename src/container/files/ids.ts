/** The ids of a container with a user namespace of its own: who is who on either side of its map – see user_namespaces(7). */
import { UsageError } from '../../kernel/errors.ts';
import type { Config, IdMapping } from '../../spec/config.ts';
import { insideId, outsideId } from '../../spec/id-maps.ts';
import { isRootless } from '../rootless.ts';

export interface Owner {
  uid: number;
  gid: number;
}

/** From an owner on one side to that on the other. */
export type Translate = (owner: Owner) => Owner;

export interface Ids {
  inside: Translate;
  outside: Translate;
}

/** Whom an id without a counterpart shows as: the kernel's overflow uid. */
const NOBODY = 65_534;

/** Undefined where ids are the same on both sides. Without root every file is this user's anyway. */
export function idsOf({ linux }: Config): Ids | undefined {
  const { uidMappings, gidMappings } = linux;
  if (isRootless() || !uidMappings?.length || !gidMappings?.length) return undefined;
  const outside = (maps: readonly IdMapping[], id: number): number => {
    const found = outsideId(maps, id);
    if (found !== undefined) return found;
    throw new UsageError(`the id ${id} is not in the container’s range, so it can own nothing there`, {
      remedy: 'give the container a larger range (--userns auto without a size), or leave -a out',
      exitCode: 1,
    });
  };
  const inside = (maps: readonly IdMapping[], id: number): number => insideId(maps, id) ?? NOBODY;
  return {
    outside: ({ uid, gid }) => ({ uid: outside(uidMappings, uid), gid: outside(gidMappings, gid) }),
    inside: ({ uid, gid }) => ({ uid: inside(uidMappings, uid), gid: inside(gidMappings, gid) }),
  };
}

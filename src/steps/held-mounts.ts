/** Mounts that were made while there were the rights to, and have no place yet: descriptors of the box's process – see open_tree(2). */
import type { Box } from './box.ts';

export interface HeldMounts {
  root: number;
  /** What is bound into the container, by its place there. */
  volumes: ReadonlyMap<string, number>;
}

const NOTE = 'held mounts';

export const holdMounts = (box: Box, held: HeldMounts): void => void box.notes.set(NOTE, held);

/** Undefined where mounts are made at their places at once. */
export const heldMounts = (box: Box): HeldMounts | undefined => box.notes.get(NOTE) as HeldMounts | undefined;

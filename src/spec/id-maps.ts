/** Who is who on either side of a user namespace's map – see user_namespaces(7). */
import type { IdMapping } from './config.ts';

/** The id outside for one inside. Undefined: it has none. Without a map they are the same. */
export function outsideId(maps: readonly IdMapping[] | undefined, id: number): number | undefined {
  if (!maps?.length) return id;
  const it = maps.find((map) => id >= map.containerID && id < map.containerID + map.size);
  return it && it.hostID + id - it.containerID;
}

/** The id inside for one outside. Undefined: it has none. */
export function insideId(maps: readonly IdMapping[], id: number): number | undefined {
  const it = maps.find((map) => id >= map.hostID && id < map.hostID + map.size);
  return it && it.containerID + id - it.hostID;
}

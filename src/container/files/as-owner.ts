/** Making files as somebody else without losing the right to: only the ids for files change, of this thread alone – see setfsuid(2), capabilities(7). */

import { host } from '../../kernel/caller.ts';
import { capget, capset } from '../../kernel/capabilities.ts';
import type { Owner } from './ids.ts';

/**
 * Does something, at once, as this owner: where root of the host has no id (a file system of a container's user namespace, an id-mapped mount), root can make no file.
 * @param owner undefined: as we are
 */
export function asOwner<T>(owner: Owner | undefined, action: () => T): T {
  if (!owner) return action();
  const before = capget(host);
  host.call('setfsgid', owner.gid);
  host.call('setfsuid', owner.uid);
  try {
    // The kernel has just taken those that are about files out of the effective set.
    capset(host, before);
    return action();
  } finally {
    host.call('setfsuid', 0);
    host.call('setfsgid', 0);
    capset(host, before);
  }
}

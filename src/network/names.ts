/** The name of a container's cable on the host's side: told from the container and the network, so that nothing needs to remember it. */
import { createHash } from 'node:crypto';
import type { NetworkContext } from './context.ts';

/** A link's name has at most 15 characters: six of the default bridge's name, and eight digits. */
const prefixOf = ({ bridge }: NetworkContext): string => `${bridge.slice(0, 6)}-`;

export function hostLinkName(context: NetworkContext, container: string, network: string): string {
  const digits = createHash('sha256').update(`${container} ${network}`).digest('hex').slice(0, 8);
  return prefixOf(context) + digits;
}

/** Whether a link's name is of that form. */
export function isHostLink(context: NetworkContext, name: string): boolean {
  const prefix = prefixOf(context);
  return name.startsWith(prefix) && /^[0-9a-f]{8}$/.test(name.slice(prefix.length));
}

/** The name of a container's cable on the host's side: told from the container and the network, so that nothing needs to remember it. */
import { createHash } from 'node:crypto';
import type { NetworkContext } from './context.ts';

/** A link's name has at most 15 characters: six of the default bridge's name, and eight digits. */
export function hostLinkName({ bridge }: NetworkContext, container: string, network: string): string {
  const digits = createHash('sha256').update(`${container} ${network}`).digest('hex').slice(0, 8);
  return `${bridge.slice(0, 6)}-${digits}`;
}

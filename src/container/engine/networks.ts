/** Connecting containers to networks. */
import type { ConnectOptions } from '../lifecycle/networks.ts';
import { settled } from './find.ts';

/** Connects a container to one more network, also while it runs. @returns its id */
export async function connectNetwork(
  reference: string,
  network: string,
  options: ConnectOptions = {},
): Promise<string> {
  await settled();
  return await (await import('../lifecycle/networks.ts')).connectNetwork(reference, network, options);
}

/** Takes a container off a network, also while it runs. @returns its id */
export async function disconnectNetwork(reference: string, network: string): Promise<string> {
  await settled();
  return await (await import('../lifecycle/networks.ts')).disconnectNetwork(reference, network);
}

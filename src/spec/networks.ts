/**
 * Which networks a container is connected to. The runtime specification leaves links to others ("hooks"); we keep them
 * in an annotation of its configuration, so that the configuration alone says everything.
 */
import { UsageError } from '../kernel/errors.ts';
import type { Config } from './config.ts';

/** One cable of a container. */
export interface Attachment {
  /** Name of the network: "bridge", or one that somebody made. */
  network: string;
  /** Name of the link inside; eth0, eth1 … in order where nothing is said. */
  link?: string;
  /** Wished addresses; free ones are chosen where nothing is said. */
  address?: string;
  address6?: string;
  mac?: string;
  /** Names that it answers to on this network. */
  names?: string[];
  /** As after `-p`: "8080:80", "127.0.0.1:5300:53/udp". */
  ports?: string[];
  /** Name servers for what no container is called; the host's where nothing is said. */
  servers?: string[];
}

/** The network that is always there. */
export const DEFAULT_NETWORK = 'bridge';

/** Not networks of ours, but programs that give one container a way out, without root. */
export const userModeNetworks = ['pasta', 'slirp4netns'] as const;

export type UserModeNetwork = (typeof userModeNetworks)[number];

export const isUserMode = (network: string): network is UserModeNetwork =>
  (userModeNetworks as readonly string[]).includes(network);

/** As with Docker: on networks that somebody made, containers find each other by name; on the default one they do not. */
export const hasNames = (network: string): boolean => network !== DEFAULT_NETWORK && !isUserMode(network);

export const NETWORKS_ANNOTATION = 'org.minidocker.networks';

/** The cables of this configuration, in order. @throws UsageError when the annotation is no list of them */
export function attachmentsOf(config: Config): Attachment[] {
  const text = config.annotations?.[NETWORKS_ANNOTATION];
  if (text === undefined) return [];
  const remedy = 'it is a JSON list like [{"network":"bridge"}]';
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((it) => typeof it?.network === 'string')) return list as Attachment[];
  } catch (cause) {
    throw new UsageError(`annotation ${NETWORKS_ANNOTATION} is not JSON`, { remedy, cause });
  }
  throw new UsageError(`annotation ${NETWORKS_ANNOTATION} names no networks`, { remedy });
}

/** The configuration with these cables. */
export function withAttachments(config: Config, attachments: readonly Attachment[]): Config {
  const annotations = { ...config.annotations, [NETWORKS_ANNOTATION]: JSON.stringify(attachments) };
  return { ...config, annotations };
}

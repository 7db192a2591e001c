/** Which ports a container says it listens on (--expose), and which of them --publish-all opens. */
import { parseExpose, parsePublish } from '../network/ports.ts';
import type { RunOptions } from './options.ts';

/** Those that are published by name. */
const namedPorts = ({ publish = [] }: RunOptions): string[] =>
  publish.flatMap(parsePublish).map((it) => `${it.containerPort}/${it.protocol}`);

/** "80/tcp" …, each once: as with Docker, what is published is exposed as well. @throws UsageError */
export const exposedPorts = (options: RunOptions): string[] => [
  ...new Set([...(options.expose ?? []).flatMap(parseExpose), ...namedPorts(options)]),
];

/** What is to be published, as after `-p`: for --publish-all each exposed port that has no host port yet gets a free one. */
export function publishedPorts(options: RunOptions): string[] {
  const named = namedPorts(options);
  const free = options.publishAll ? exposedPorts(options).filter((it) => !named.includes(it)) : [];
  return [...(options.publish ?? []), ...free];
}

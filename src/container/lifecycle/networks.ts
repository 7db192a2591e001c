/** network connect and disconnect: the cables of a container that exists, running or not. What is changed stays for its next start. */
import { UsageError } from '../../kernel/errors.ts';
import { networkContext } from '../../network/context.ts';
import { inspectNetwork } from '../../network/definitions.ts';
import { connectRunning, disconnectRunning } from '../../network/running.ts';
import type { Config } from '../../spec/config.ts';
import { type Attachment, attachmentsOf, hasNames, withAttachments } from '../../spec/networks.ts';
import { tell } from '../events.ts';
import { findId } from '../store/find.ts';
import { isRunning } from '../store/status.ts';
import { type Container, locked, readConfig, readContainer, writeConfig } from '../store/store.ts';
import { ask } from '../supervisor/client.ts';
import { writeNameFiles } from './name-files.ts';

/** What a container would like to have on the network. */
export interface ConnectOptions {
  ip?: string;
  ip6?: string;
  aliases?: string[];
}

/** @returns the container's id. @throws UsageError */
export async function connectNetwork(
  reference: string,
  network: string,
  options: ConnectOptions = {},
): Promise<string> {
  const id = findId(reference);
  const context = networkContext();
  const isFirstNamed = await locked(id, () => {
    const container = readContainer(id)!;
    const config = readConfig(container);
    requireOwnNamespace(config, reference);
    const found = inspectNetwork(context, network);
    const attachments = attachmentsOf(config);
    if (attachments.some((it) => it.network === found.name))
      throw new UsageError(`container ${reference} is on network "${found.name}" already`, { exitCode: 1 });
    const attachment = attachmentFor(container, config, found.name, options);
    const { process } = container.state;
    const runs = isRunning(container.state) && process !== undefined;
    if (runs) connectRunning(context, found, { ...attachment, container: id, pid: process.pid });
    const changed = withAttachments(config, [...attachments, attachment]);
    writeConfig(container.directory, changed);
    tell('connect', found.id, { container: id, name: found.name, type: 'bridge' }, 'network');
    if (!runs || attachments.some((it) => hasNames(it.network)) || !hasNames(found.name)) return false;
    writeNameFiles(container, changed);
    return container.record.detached;
  });
  // Its name server is run by whoever looks after it.
  if (isFirstNamed) await ask({ op: 'names', id });
  return id;
}

/** @returns the container's id. @throws UsageError */
export async function disconnectNetwork(reference: string, network: string): Promise<string> {
  const id = findId(reference);
  const context = networkContext();
  await locked(id, () => {
    const container = readContainer(id)!;
    const config = readConfig(container);
    const found = inspectNetwork(context, network);
    const attachments = attachmentsOf(config);
    const left = attachments.filter((it) => it.network !== found.name);
    if (left.length === attachments.length)
      throw new UsageError(`container ${reference} is not on network "${found.name}"`, { exitCode: 1 });
    const { process } = container.state;
    if (isRunning(container.state) && process) disconnectRunning(context, found, id, process.pid);
    writeConfig(container.directory, withAttachments(config, left));
    tell('disconnect', found.id, { container: id, name: found.name, type: 'bridge' }, 'network');
  });
  return id;
}

/** With the host's network, or another container's, it has no cables of its own. */
function requireOwnNamespace({ linux }: Config, reference: string): void {
  const own = linux.namespaces.find((it) => it.type === 'network');
  if (own && own.path === undefined) return;
  throw new UsageError(`container ${reference} has no network namespace of its own`, {
    remedy: 'make it with --network NAME or none',
    exitCode: 1,
  });
}

type Wished = Pick<Attachment, 'network' | 'names' | 'address' | 'address6'>;

function attachmentFor({ record }: Container, config: Config, network: string, options: ConnectOptions): Wished {
  const names = [record.name, config.hostname, ...(options.aliases ?? [])].filter((it) => it !== undefined);
  return {
    network,
    names: [...new Set(names)],
    ...(options.ip === undefined ? {} : { address: options.ip }),
    ...(options.ip6 === undefined ? {} : { address6: options.ip6 }),
  };
}

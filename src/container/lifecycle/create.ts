/** create: an id, a directory, a name, the configuration compiled and written down. Nothing runs yet. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { findImage } from '../../image/image.ts';
import { UsageError } from '../../kernel/errors.ts';
import type { Config } from '../../spec/config.ts';
import { attachmentsOf } from '../../spec/networks.ts';
import { compilePolicies } from '../compile/policies.ts';
import { compileUserNamespace } from '../compile/user-namespace.ts';
import { compile } from '../compile.ts';
import { tell } from '../events.ts';
import { claimFor } from '../id-ranges.ts';
import { newId } from '../make.ts';
import type { RunOptions } from '../options.ts';
import { self, writeOwner } from '../owner.ts';
import { containerDirectory, stateRoot } from '../paths.ts';
import { isRootless, makeRootless } from '../rootless.ts';
import { makeStateDirectory } from '../store/files.ts';
import { checkName, claimGeneratedName, claimName } from '../store/names.ts';
import type { ContainerRecord } from '../store/record.ts';
import { type Container, removeStored, saveState, writeConfig, writeRecord } from '../store/store.ts';
import { prepareVolumes, volumesOf } from '../volumes.ts';

export interface Created extends Container {
  config: Config;
}

/**
 * @param detached belongs to the supervisor once it runs; else to this process.
 * @throws UsageError: nothing is left behind then.
 */
export async function createContainer(options: RunOptions, detached: boolean, id = newId()): Promise<Created> {
  const image = findImage(options.image, stateRoot());
  const directory = containerDirectory(id);
  const volumes = volumesOf(options);
  const config = compile(options, image, id, join(directory, 'root'), volumes);
  if (isRootless()) makeRootless(config);
  const policies = compilePolicies(options, image);
  if (options.name !== undefined) checkName(options.name);
  makeStateDirectory(directory);
  // What is to last needs to be on the disk; what goes when it ends need not.
  const lasting = !policies.remove;
  try {
    writeOwner(directory, self());
    const name = options.name ?? (await claimGeneratedName(id));
    if (options.name !== undefined) await claimName(name, id);
    try {
      compileUserNamespace(config, options, claimFor(id));
      const record: ContainerRecord = {
        version: 1,
        id,
        name,
        image: image.name,
        created: new Date().toISOString(),
        command: config.process.args,
        root: image.root,
        detached,
        openStdin: options.interactive ?? false,
        volumes,
        networks: networksOf(config, options),
        options,
        ...policies,
      };
      await prepareVolumes(volumes, image.root, config, options, id);
      const state = { restartCount: 0, stoppedByHand: false };
      saveState(directory, state, lasting);
      writeConfig(directory, config, lasting);
      const container = { id, directory, record, state, config };
      writeRecord(container, lasting);
      tell('create', id, attributesOf(container));
      return container;
    } catch (error) {
      removeStored(id, name);
      throw error;
    }
  } catch (error) {
    fs.rmSync(directory, { recursive: true, force: true });
    throw error instanceof Error && 'code' in error && error.code === 'ENOSPC'
      ? new UsageError(`the state in ${directory} cannot be written (ENOSPC)`, {
          remedy: 'the disk is full: make room, or set MINIDOCKER_ROOT to another place',
          cause: error,
        })
      : error;
  }
}

function networksOf(config: Config, { network }: RunOptions): string[] {
  const connected = attachmentsOf(config).map((it) => it.network);
  if (connected.length > 0) return connected;
  return [network?.startsWith('container:') || network === 'host' ? network : 'none'];
}

/** What events say about a container. */
export const attributesOf = ({ record }: Container): Record<string, string> => ({
  ...record.labels,
  name: record.name,
  image: record.image,
});

/** What was asked for, compiled to the configuration of the runtime specification. Pure but for what it has to look up: nothing is made here. */
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { cgroupPath } from '../cgroup/path.ts';
import type { Image } from '../image/image.ts';
import type { Config } from '../spec/config.ts';
import { defaultConfig } from '../spec/defaults.ts';
import { compileDevices } from './compile/devices.ts';
import { compileInit } from './compile/init.ts';
import { compileMounts } from './compile/mounts.ts';
import { compileNamespaces } from './compile/namespaces.ts';
import { compileNetwork } from './compile/network.ts';
import { parseLabels } from './compile/policies.ts';
import { compileProcess } from './compile/process.ts';
import { compileResources } from './compile/resources.ts';
import { compileSecurity } from './compile/security.ts';
import type { RunOptions } from './options.ts';
import { cgroupParent } from './paths.ts';
import { checkName } from './store/names.ts';
import type { Volume } from './store/record.ts';
import { volumesOf } from './volumes.ts';

/**
 * @param id of the container: its first twelve characters are the host name where none is given, and the network is not the host's.
 * @param rootPath where its root is going to be mounted, in its directory.
 * @throws UsageError that names the flag, the value and a remedy.
 */
export function compile(
  options: RunOptions,
  image: Image,
  id: string,
  rootPath: string,
  volumes: readonly Volume[] = volumesOf(options),
): Config {
  const config = defaultConfig([], rootPath);
  if (options.name !== undefined) checkName(options.name);
  // With the host's network goes the host's name, by which it is found in it.
  config.hostname = options.hostname ?? (options.network === 'host' ? hostname() : id.slice(0, 12));
  if (options.domainname !== undefined) config.domainname = options.domainname;
  if (options.readOnly) config.root.readonly = true;
  compileNamespaces(config, options);
  compileProcess(config, options, image);
  compileMounts(config, options, volumes);
  config.linux.resources = { ...config.linux.resources, ...compileResources(options) };
  config.linux.cgroupsPath = cgroupPath(id, options.cgroupParent || cgroupParent());
  compileDevices(config, options);
  compileSecurity(config, options);
  if (options.init) compileInit(config);
  compileNetwork(config, options, dirname(rootPath));
  const annotations = parseLabels(options.annotations ?? [], '--annotation');
  if (Object.keys(annotations).length > 0) config.annotations = { ...annotations, ...config.annotations };
  return config;
}

/** --pid, --ipc, --uts, --network, --cgroupns: a new namespace, the host's, or another container's – see config-linux.md, "Namespaces". */
import { existsSync } from 'node:fs';
import { UsageError } from '../../kernel/errors.ts';
import type { Config, NamespaceType } from '../../spec/config.ts';
import type { RunOptions } from '../options.ts';

export type Mode = { kind: 'new' } | { kind: 'host' } | { kind: 'container'; reference: string };

/** @param more other words that mean a new one. */
function parseMode(text: string | undefined, option: string, more: readonly string[] = []): Mode {
  if (text === undefined || text === '' || more.includes(text)) return { kind: 'new' };
  if (text === 'host') return { kind: 'host' };
  if (text.startsWith('container:') && text.length > 10) return { kind: 'container', reference: text.slice(10) };
  throw new UsageError(`${option}: ${JSON.stringify(text)} is not possible`, {
    remedy: `write host${option === '--cgroupns' || option === '--uts' ? '' : ', container:NAME'}${more.length ? ` or ${more.join(', ')}` : ''}`,
  });
}

function enter(config: Config, type: NamespaceType, mode: Mode): void {
  const { linux } = config;
  if (mode.kind === 'host') linux.namespaces = linux.namespaces.filter((it) => it.type !== type);
  if (mode.kind === 'container')
    linux.namespaces = linux.namespaces.map((it) =>
      it.type === type ? { type, path: `container:${mode.reference}` } : it,
    );
}

const replaceMount = (config: Config, destination: string, source: string, options: string[]): void => {
  config.mounts = config.mounts.map((it) =>
    it.destination === destination
      ? { destination, source, type: 'bind', options: ['rbind', 'rprivate', ...options] }
      : it,
  );
};

/** The network: `host`, `container:NAME`, else a new namespace (none: with loopback only; a name: connected). */
export const networkMode = (options: Pick<RunOptions, 'network'>): Mode => {
  const { network } = options;
  if (network === 'host') return { kind: 'host' };
  return network?.startsWith('container:') ? parseMode(network, '--network') : { kind: 'new' };
};

/** Changes the namespaces, and the mounts that show them. */
export function compileNamespaces(config: Config, options: RunOptions): void {
  const pid = parseMode(options.pid, '--pid', ['private']);
  const ipc = parseMode(options.ipc, '--ipc', ['private', 'shareable', 'none']);
  const uts = parseMode(options.uts, '--uts', ['private']);
  const cgroup = parseMode(options.cgroupns, '--cgroupns', ['private']);
  enter(config, 'pid', pid);
  enter(config, 'ipc', ipc);
  enter(config, 'uts', uts);
  enter(config, 'cgroup', cgroup);
  enter(config, 'network', networkMode(options));
  if (ipc.kind === 'host') {
    replaceMount(config, '/dev/shm', '/dev/shm', []);
    // A host without message queues has none to show.
    if (existsSync('/dev/mqueue')) replaceMount(config, '/dev/mqueue', '/dev/mqueue', ['nosuid', 'noexec', 'nodev']);
    else config.mounts = config.mounts.filter((it) => it.destination !== '/dev/mqueue');
  }
  if (uts.kind !== 'new') {
    if (options.hostname !== undefined)
      throw new UsageError(`--hostname: the host name belongs to the UTS namespace of ${options.uts}`, {
        remedy: 'leave --hostname or --uts out',
      });
    delete config.hostname;
    delete config.domainname;
  }
}

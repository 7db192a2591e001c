/** /etc/hosts, /etc/hostname and /etc/resolv.conf of a container: files in its directory, bound into it – see hosts(5), resolv.conf(5). */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { setFileLabel } from '../../kernel/security-modules.ts';
import { networkContext } from '../../network/context.ts';
import { findNetwork } from '../../network/definitions.ts';
import {
  type HostEntry,
  hostLines,
  hostResolvConf,
  hostsText,
  RESPONDER,
  resolvConfText,
} from '../../network/dns/files.ts';
import { allLeases } from '../../network/leases.ts';
import type { Config } from '../../spec/config.ts';
import { outsideId } from '../../spec/id-maps.ts';
import { attachmentsOf, hasNames } from '../../spec/networks.ts';
import { mountLabelOf } from '../../steps/mount-label.ts';
import { networkMode } from '../compile/namespaces.ts';
import type { RunOptions } from '../options.ts';
import { findContainer } from '../store/find.ts';

/** Which files, by the place where they are seen inside. */
export const nameFiles: Readonly<Record<string, string>> = {
  '/etc/hosts': 'hosts',
  '/etc/hostname': 'hostname',
  '/etc/resolv.conf': 'resolv.conf',
};

/** Is this file one of ours, or has the person bound something else there? */
const isOurs = (config: Config, directory: string, destination: string): boolean =>
  config.mounts.some((it) => it.destination === destination && it.source === join(directory, nameFiles[destination]!));

const read = (path: string): string | undefined => {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** `name:address`, the address possibly of IPv6; `host-gateway` is the address of the bridge. */
function added(texts: readonly string[], gateway: string | undefined): HostEntry[] {
  return texts.map((text) => {
    const at = text.search(/[:=]/);
    const address = text.slice(at + 1).replace(/^\[(.*)\]$/, '$1');
    return { names: [text.slice(0, at)], address: address === 'host-gateway' ? (gateway ?? '127.0.0.1') : address };
  });
}

/** The servers that the container's programs ask: the one inside it, which knows its neighbours; else those that were named. */
function serversFor(config: Config, options: NameOptions): { servers?: string[] } {
  if (attachmentsOf(config).some(({ network }) => hasNames(network))) return { servers: [RESPONDER] };
  return options.dns?.length ? { servers: options.dns } : {};
}

/** What of a container they depend on. */
interface Named {
  id: string;
  directory: string;
  record: { options: NameOptions };
}

type NameOptions = Pick<RunOptions, 'network' | 'addHost' | 'dns' | 'dnsSearch' | 'dnsOption'>;

/** What stands in this file of whoever's network it is: the host's, or another container's. Undefined where it is a network of its own. */
function lent(options: NameOptions, path: string): string | undefined {
  const mode = networkMode(options);
  if (mode.kind === 'new') return undefined;
  return read(mode.kind === 'host' ? path : join(findContainer(mode.reference).directory, nameFiles[path]!));
}

/** Writes them in place: whoever has them bound sees the change. Called before the start, and again when the addresses are known. */
export function writeNameFiles({ id, directory, record: { options } }: Named, config: Config): void {
  const ours = Object.keys(nameFiles).filter((it) => isOurs(config, directory, it));
  if (ours.length === 0) return;
  const { uidMappings, gidMappings } = config.linux;
  const label = mountLabelOf(config);
  const write = (destination: string, text: () => string): void => {
    if (!ours.includes(destination)) return;
    const file = join(directory, nameFiles[destination]!);
    fs.writeFileSync(file, text());
    // Whatever the umask is: it is for every user inside.
    fs.chmodSync(file, 0o644);
    if (label !== undefined) setFileLabel(file, label);
    // Root inside may change them.
    if (uidMappings) fs.chownSync(file, outsideId(uidMappings, 0) ?? 0, outsideId(gidMappings, 0) ?? 0);
  };
  const context = networkContext();
  const leases = allLeases(context).filter((it) => it.container === id);
  const hostname = config.hostname ?? id.slice(0, 12);
  const addresses = leases.flatMap(({ address, address6 }) => [address, ...(address6 ? [address6] : [])]);
  const own = addresses.map((address) => ({ address, names: [hostname] }));
  const gateway = leases[0] && findNetwork(context, leases[0].network)?.gateway;
  write('/etc/hostname', () => `${hostname}\n`);
  const more = added(options.addHost ?? [], gateway);
  write('/etc/hosts', () => {
    const theirs = lent(options, '/etc/hosts');
    return theirs === undefined ? hostsText([...more, ...own]) : theirs + hostLines(more);
  });
  const { dns, dnsSearch, dnsOption } = options;
  const asked = [dns, dnsSearch, dnsOption].some((it) => it?.length);
  // As it is: also a server on the loopback is in reach there.
  const theirs = asked ? undefined : lent(options, '/etc/resolv.conf');
  write(
    '/etc/resolv.conf',
    () =>
      theirs ??
      resolvConfText(hostResolvConf(read), {
        ...serversFor(config, options),
        ...(dnsSearch?.length ? { search: dnsSearch } : {}),
        ...(dnsOption?.length ? { options: dnsOption } : {}),
      }),
  );
}

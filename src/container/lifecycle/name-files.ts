/** /etc/hosts, /etc/hostname and /etc/resolv.conf of a container: files in its directory, bound into it – see hosts(5), resolv.conf(5). */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { networkContext } from '../../network/context.ts';
import { type HostEntry, hostResolvConf, hostsText, resolvConfText } from '../../network/dns/files.ts';
import { allLeases } from '../../network/leases.ts';
import type { Config } from '../../spec/config.ts';
import type { RunOptions } from '../options.ts';

/** What of a container they depend on. */
interface Named {
  id: string;
  directory: string;
  record: { options: RunOptions };
}

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
function added(container: Named, gateway: string | undefined): HostEntry[] {
  return (container.record.options.addHost ?? []).map((text) => {
    const at = text.search(/[:=]/);
    const address = text.slice(at + 1).replace(/^\[(.*)\]$/, '$1');
    return { names: [text.slice(0, at)], address: address === 'host-gateway' ? (gateway ?? '127.0.0.1') : address };
  });
}

/** Writes them in place: whoever has them bound sees the change. Called before the start, and again when the addresses are known. */
export function writeNameFiles(container: Named, config: Config): void {
  const { directory, record, id } = container;
  const ours = Object.keys(nameFiles).filter((it) => isOurs(config, directory, it));
  if (ours.length === 0) return;
  const write = (destination: string, text: () => string): void => {
    if (ours.includes(destination)) fs.writeFileSync(join(directory, nameFiles[destination]!), text(), { mode: 0o644 });
  };
  const leases = allLeases(networkContext()).filter((it) => it.container === id);
  const hostname = config.hostname ?? id.slice(0, 12);
  const own = leases.map(({ address }) => ({ address, names: [hostname] }));
  const gateway = leases[0]?.address.replace(/\d+$/, '1');
  write('/etc/hostname', () => `${hostname}\n`);
  write('/etc/hosts', () => hostsText([...added(container, gateway), ...own]));
  const { dns, dnsSearch, dnsOption } = record.options;
  write('/etc/resolv.conf', () =>
    resolvConfText(hostResolvConf(read), {
      ...(dns?.length ? { servers: dns } : {}),
      ...(dnsSearch?.length ? { search: dnsSearch } : {}),
      ...(dnsOption?.length ? { options: dnsOption } : {}),
    }),
  );
}

/** What stands in a container's /etc/hosts and /etc/resolv.conf. hosts(5), resolv.conf(5). */

/** The responder's address in every container on a network of the user's, as Docker has it. */
export const RESPONDER = '127.0.0.11';
/** Where systemd-resolved keeps the real servers when /etc/resolv.conf only names itself. */
export const RESOLVED_FILE = '/run/systemd/resolve/resolv.conf';

/** The name servers a resolv.conf names. */
export function nameServersOf(resolvConf: string): string[] {
  return [...resolvConf.matchAll(/^[ \t]*nameserver[ \t]+([^\s#;]+)/gm)].map((match) => match[1]!);
}

/** The host's resolv.conf as containers can use it: `read` gives a file's text, undefined when it is not there. */
export function hostResolvConf(read: (path: string) => string | undefined): string {
  const text = read('/etc/resolv.conf') ?? '';
  const servers = nameServersOf(text);
  const onlyStub = servers.length > 0 && servers.every((server) => server === '127.0.0.53');
  return onlyStub ? (read(RESOLVED_FILE) ?? text) : text;
}

export interface ResolvConf {
  /** Servers; given by the person with --dns, or the responder. */
  readonly servers: readonly string[];
  readonly search?: readonly string[];
  readonly options?: readonly string[];
}

/** A resolv.conf: the host's, but for what is given. A server on the host's loopback is left out, no container reaches it. */
export function resolvConfText(hostText: string, given: Partial<ResolvConf> = {}): string {
  const field = (name: string): string[] =>
    [...hostText.matchAll(new RegExp(`^[ \\t]*${name}[ \\t]+(.*)$`, 'gm'))].at(-1)?.[1]?.trim().split(/\s+/) ?? [];
  const reachable = nameServersOf(hostText).filter((server) => !/^127\.|^::1$/.test(server));
  const servers = given.servers ?? reachable;
  const search = given.search ?? field('search');
  const options = given.options ?? field('options');
  return [
    ...servers.map((server) => `nameserver ${server}`),
    // A lone dot means: search nothing.
    ...(search.length > 0 && !search.includes('.') ? [`search ${search.join(' ')}`] : []),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');
}

export interface HostEntry {
  readonly address: string;
  readonly names: readonly string[];
}

/** An /etc/hosts: localhost, what --add-host gave, then the container's own addresses. */
export function hostsText(entries: readonly HostEntry[]): string {
  const local: HostEntry[] = [
    { address: '127.0.0.1', names: ['localhost'] },
    { address: '::1', names: ['localhost', 'ip6-localhost', 'ip6-loopback'] },
    { address: 'fe00::', names: ['ip6-localnet'] },
    { address: 'ff00::', names: ['ip6-mcastprefix'] },
    { address: 'ff02::1', names: ['ip6-allnodes'] },
    { address: 'ff02::2', names: ['ip6-allrouters'] },
  ];
  return hostLines([...local, ...entries]);
}

export const hostLines = (entries: readonly HostEntry[]): string =>
  entries.map(({ address, names }) => `${address}\t${names.join(' ')}\n`).join('');

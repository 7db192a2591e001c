/**
 * The same rules as in nat.ts for a host that has iptables and no nft. Our chains are ours alone and are written anew
 * as a whole with each change; the built-in chains get one jump to each of them. iptables(8), iptables-restore(8).
 */
import { UsageError } from '../kernel/errors.ts';
import type { NetworkContext } from './context.ts';
import type { Network } from './definitions.ts';
import type { Publication } from './nat.ts';
import { runIn, traced } from './program.ts';

/** Our chains: in which table, and who jumps to them under which condition. */
const CHAINS = [
  { name: 'guard', table: 'raw', from: ['PREROUTING'], when: '' },
  { name: 'ports', table: 'nat', from: ['PREROUTING', 'OUTPUT'], when: '-m addrtype --dst-type LOCAL ' },
  { name: 'leaving', table: 'nat', from: ['POSTROUTING'], when: '' },
  { name: 'forward', table: 'filter', from: ['FORWARD'], when: '' },
] as const;

type ChainName = (typeof CHAINS)[number]['name'];

const TABLES = ['raw', 'nat', 'filter'] as const;

/** The rules of our chains. A pure function. */
export function iptablesRules(
  family: 4 | 6,
  networks: readonly Network[],
  publications: readonly Publication[],
): Record<ChainName, string[]> {
  const ours = networks.flatMap((network) => {
    const subnet = family === 4 ? network.subnet : network.subnet6;
    return subnet === undefined ? [] : [{ ...network, subnet }];
  });
  const loopback = family === 4 ? ['127.0.0.0/8'] : [];
  return {
    guard: ours.flatMap(({ bridge }) => loopback.map((it) => `-i ${bridge} -d ${it} -j DROP`)),
    ports: publications.filter(({ to }) => to.includes(':') === (family === 6)).map(portRule),
    leaving: ours.flatMap(({ bridge, subnet, internal }) => [
      `-s ${subnet} -o ${bridge} -m conntrack --ctstate DNAT -j MASQUERADE`,
      ...(internal ? [] : [`-s ${subnet} ! -o ${bridge} -j MASQUERADE`]),
      ...loopback.map((it) => `-s ${it} -o ${bridge} -j MASQUERADE`),
    ]),
    forward: [
      ...ours.map(({ bridge }) => `-i ${bridge} -o ${bridge} -j ACCEPT`),
      ...ours.filter((it) => it.internal).flatMap(({ bridge }) => [`-i ${bridge} -j DROP`, `-o ${bridge} -j DROP`]),
      ...ours.flatMap(({ bridge }) => [
        `-o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT`,
        `-o ${bridge} -j DROP`,
      ]),
      ...ours.map(({ bridge }) => `-i ${bridge} -j ACCEPT`),
    ],
  };
}

function portRule({ ip, protocol, hostPort, containerPort, to }: Publication): string {
  const everywhere = ip === undefined || ip === '0.0.0.0' || ip === '::';
  // ::1 cannot be sent to another host: what is meant for it stays.
  const where = everywhere ? (to.includes(':') ? '! -d ::1 ' : '') : `-d ${ip} `;
  const target = to.includes(':') ? `[${to}]` : to;
  return `${where}-p ${protocol} --dport ${hostPort} -j DNAT --to-destination ${target}:${containerPort}`;
}

/** What iptables-restore --noflush reads to put our chains in place; `present` is what iptables-save prints. */
export function restoreText(bridge: string, rules: Record<ChainName, string[]>, present: string): string {
  return perTable((chain) => {
    const name = `${bridge}-${chain.name}`;
    const jumps = chain.from.map((from) => `${from} ${chain.when}-j ${name}`);
    return [
      `:${name} - [0:0]`,
      ...rules[chain.name].map((rule) => `-A ${name} ${rule}`),
      ...jumps.filter((jump) => !present.includes(`-A ${jump}\n`)).map((jump) => `-I ${jump}`),
    ];
  });
}

/** The same to take them away. */
export function removalText(bridge: string, present: string): string {
  return perTable((chain) => {
    const name = `${bridge}-${chain.name}`;
    if (!present.includes(`:${name} `)) return [];
    const jumps = chain.from.map((from) => `${from} ${chain.when}-j ${name}`);
    return [
      ...jumps.filter((jump) => present.includes(`-A ${jump}\n`)).map((jump) => `-D ${jump}`),
      `-F ${name}`,
      `-X ${name}`,
    ];
  });
}

function perTable(lines: (chain: (typeof CHAINS)[number]) => string[]): string {
  return TABLES.map((table) => {
    const own = CHAINS.filter((chain) => chain.table === table).flatMap(lines);
    return own.length === 0 ? '' : `*${table}\n${own.join('\n')}\nCOMMIT\n`;
  }).join('');
}

/** Puts our chains in place of what they were. */
export function replaceChains(
  context: NetworkContext,
  networks: readonly Network[],
  publications: readonly Publication[],
): void {
  const families = networks.some((network) => network.subnet6 !== undefined) ? ([4, 6] as const) : ([4] as const);
  for (const family of families) {
    const present = save(context, family);
    restore(context, family, restoreText(context.bridge, iptablesRules(family, networks, publications), present));
  }
}

/** Takes our chains away. @returns whether they were there */
export function removeChains(context: NetworkContext): boolean {
  const texts = ([4, 6] as const).map(
    (family) => [family, removalText(context.bridge, save(context, family))] as const,
  );
  for (const [family, text] of texts) if (text !== '') restore(context, family, text);
  return texts.some(([, text]) => text !== '');
}

const programOf = (family: 4 | 6): string => (family === 4 ? 'iptables' : 'ip6tables');

export const hasChains = (context: NetworkContext): boolean => save(context, 4).includes(`:${context.bridge}-forward `);

function save(context: NetworkContext, family: 4 | 6): string {
  const done = runIn(context.caller, [`${programOf(family)}-save`]);
  if (!done.missing) return done.stdout;
  if (family === 6) return '';
  throw new UsageError('neither nft nor iptables is installed, and one of them has to make the rules for networks', {
    remedy: 'install the package nftables',
  });
}

function restore(context: NetworkContext, family: 4 | 6, text: string): void {
  const program = `${programOf(family)}-restore`;
  traced(context.caller, program, text, () => {
    const done = runIn(context.caller, [program, '--noflush'], text);
    if (done.status !== 0) throw new Error(`${program}: ${done.stderr.trim() || 'failed'}`);
  });
}

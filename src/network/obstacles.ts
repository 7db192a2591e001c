/**
 * What of somebody else's can stop our containers: a packet passes only if no table drops it, so that an accept of ours
 * does not help against a "policy drop" of another table (Docker, ufw and firewalld set one). We do not change what is
 * not ours; we say what is in the way. nft(8), "Base chains".
 */
import type { NetworkContext } from './context.ts';
import { firewallOf } from './firewall.ts';
import { nft } from './nft.ts';

export interface Obstacle {
  /** As "ip filter". */
  readonly table: string;
  readonly chain: string;
  /** The command that lets the default bridge through. */
  readonly remedy: string;
}

/** Chains of others that drop what is forwarded unless a rule of theirs accepts it. */
export function forwardObstacles(context: NetworkContext): Obstacle[] {
  // With iptables our chains are in that very table, before its policy.
  if (firewallOf(context) === 'iptables') return [];
  const own = `inet ${context.bridge}`;
  const found = parseDropping(nft(context.caller, 'list chains')).filter(({ table }) => table !== own);
  return found.map(({ table, chain }) => {
    const insert = (side: string): string => `nft insert rule ${table} ${chain} ${side} "${context.bridge}" accept`;
    return { table, chain, remedy: `${insert('iifname')}; ${insert('oifname')}` };
  });
}

/** Reads what `nft list chains` prints. */
export function parseDropping(text: string): { table: string; chain: string }[] {
  const found: { table: string; chain: string }[] = [];
  let [table, chain] = ['', ''];
  for (const line of text.split('\n')) {
    table = /^table (\S+ \S+) \{/.exec(line)?.[1] ?? table;
    chain = /^\s+chain (\S+) \{/.exec(line)?.[1] ?? chain;
    if (/type filter hook forward .*policy drop;/.test(line)) found.push({ table, chain });
  }
  return found;
}

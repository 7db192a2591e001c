/** The cables between a box and the host: each veth link inside, with its other end and the bridge that is on – see veth(4). */
import * as fs from 'node:fs';
import { formatAddress } from '../network/address.ts';
import { type NetworkContext, networkContext } from '../network/context.ts';
import { addresses } from '../network/netlink/addresses.ts';
import { type Link, links } from '../network/netlink/links.ts';
import { insideNetworkOf } from '../network/running.ts';
import type { Box } from '../steps/box.ts';

export interface Cable {
  /** The link inside, and its addresses. */
  link: string;
  addresses: string[];
  /** Its other end, on the host's side. */
  end: string;
  /** What that is on, and its addresses. */
  bridge: string | undefined;
  gateway: string[];
}

/** Has it any link but lo? Asking so costs nothing. */
function hasLinks(pid: number): boolean {
  try {
    return /^\s*(?!lo:)[^\s:|]+:/m.test(fs.readFileSync(`/proc/${pid}/net/dev`, 'utf8'));
  } catch {
    return false;
  }
}

/** @param context whose host; the machine where nothing is said */
export function cablesOf({ process: { pid, exit } }: Box, context: NetworkContext = networkContext()): Cable[] {
  if (exit || process.geteuid?.() !== 0 || !hasLinks(pid)) return [];
  const addressesOf = (all: ReturnType<typeof addresses>, { index }: Link): string[] =>
    all.filter((it) => it.link === index && it.scope === 0).map((it) => `${formatAddress(it.address)}/${it.bits}`);
  const inside = insideNetworkOf(pid, (by) => ({ links: links(by), addresses: addresses(by) }));
  const outside = { links: links(context.caller), addresses: addresses(context.caller) };
  return inside.links.flatMap((link) => {
    const end = outside.links.find((it) => it.kind === 'veth' && it.index === link.peer && it.peer === link.index);
    if (link.kind !== 'veth' || !end) return [];
    const bridge = outside.links.find((it) => it.index === end.master);
    const gateway = bridge ? addressesOf(outside.addresses, bridge) : [];
    return [
      { link: link.name, addresses: addressesOf(inside.addresses, link), end: end.name, bridge: bridge?.name, gateway },
    ];
  });
}

/** An address for the container, from the network's subnet – see rtnetlink(7). */
import { formatAddress } from '../network/address.ts';
import { configureLink, takeAddress } from '../network/connect.ts';
import type { NetworkContext } from '../network/context.ts';
import { release } from '../network/leases.ts';
import { addresses } from '../network/netlink/addresses.ts';
import { findLink } from '../network/netlink/links.ts';
import { fullWire, leaseOf, networkOf, requireWire, type Wire } from './net-wire.ts';
import { codeOf, type Step } from './step.ts';

/** What the container would like to have; what is not said is chosen. */
export interface AddressWish extends Wire {
  address?: string;
  address6?: string;
  mac?: string;
  /** Names that it answers to on this network. */
  names?: string[];
}

/** @param wish which network, and what is wished. @param context whose host; the machine where nothing is said. */
export function address(wish: AddressWish = {}, context?: NetworkContext): Step {
  const full = fullWire(wish, context);
  return {
    name: full.stepName('address'),
    title: `${wish.address ?? 'a free address'} of network "${full.network}" for ${full.link}`,
    explain:
      'Nobody hands out addresses by themselves: we keep a file of who has which, changed under a lock, so that containers that start at the same time get different ones. An entry counts as long as the container’s process lives. The link gets a hardware address made from the IP address, then the IP address (the route to the subnet comes with it), and goes up.',
    manual: ['rtnetlink(7)', 'flock(2)', 'netdevice(7)'],
    calls: [
      'flock(open("networks/lock"), LOCK_EX)',
      `RTM_NEWLINK(${full.link}, mac MAC up)`,
      `RTM_NEWADDR(ADDRESS/BITS, dev ${full.link})`,
    ],
    code: codeOf('net.address', wish),
    check: (box) => requireWire(box, 'giving out an address'),
    apply(box) {
      const { network: _, link: __, ...wishes } = wish;
      const network = networkOf(full);
      const lease = takeAddress(full.context(), network, { ...wishes, container: box.id, pid: box.process.pid });
      configureLink(box.process, full.link, network, lease);
    },
    observe(box) {
      const link = findLink(box.process, full.link);
      const own = addresses(box.process).filter((it) => it.link === link?.index && it.scope === 0);
      return {
        link: link ? (link.up ? 'up' : 'down') : 'missing',
        addresses: own.map((it) => `${formatAddress(it.address)}/${it.bits}`).join(' '),
        mac: link?.mac,
        lease: leaseOf(full, box)?.address ?? 'none',
      };
    },
    undo: (box) => void release(full.context(), full.network, box.id),
  };
}

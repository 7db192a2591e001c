/** The network, tried in a namespace of its own: cables, a switch, address translation – veth(4), nft(8). */
import { CLONE } from '../../kernel/constants.ts';
import { addBridge, addVeth, changeLink } from '../../network/netlink/links.ts';
import { nft } from '../../network/nft.ts';
import { inNamespaces, type Probe, probe } from './probe.ts';

const links = (): Probe =>
  probe(
    {
      name: 'veth and bridge',
      neededFor: "a container's own address, reachable from the host and from other containers",
      howToGet: 'a kernel with CONFIG_VETH and CONFIG_BRIDGE (modprobe veth bridge)',
    },
    () =>
      inNamespaces(CLONE.NEWNET, (by) => {
        addBridge(by, 'switch');
        addVeth(by, 'cable', { name: 'plug' });
        changeLink(by, 'cable', { master: 'switch' });
        return 'a cable can be plugged into a switch';
      }),
  );

const RULES = `table ip doctor {
  chain out { type nat hook postrouting priority srcnat; masquerade; }
  chain in { type nat hook prerouting priority dstnat; tcp dport 80 dnat to 192.0.2.1; }
}`;

const translation = (): Probe =>
  probe(
    {
      name: 'nft',
      neededFor: 'reaching the outside from a container, and published ports (-p)',
      howToGet:
        'install the package nftables; a kernel with CONFIG_NF_TABLES and CONFIG_NFT_NAT (modprobe nf_tables nft_masq)',
    },
    () =>
      inNamespaces(CLONE.NEWNET, (by) => {
        nft(by, RULES);
        return 'rules for masquerade and port forwarding are accepted';
      }),
  );

export const network = (): Probe[] => [links(), translation()];

/** The image called host: this very system, read-only, without its people. Nothing to download, every tool inside. */
import type { Root } from '../steps/box.ts';

/** Not shown: people's directories, private keys, password hashes, temporary files. */
const hidden: readonly string[] = [
  '/root',
  '/home',
  '/tmp',
  '/var/tmp',
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/sudoers',
  '/etc/sudoers.d',
  '/etc/ssl/private',
  '/etc/ssh/ssh_host_rsa_key',
  '/etc/ssh/ssh_host_ecdsa_key',
  '/etc/ssh/ssh_host_ed25519_key',
  '/etc/ssh/ssh_host_dsa_key',
  '/etc/wireguard',
  '/etc/krb5.keytab',
  '/etc/NetworkManager/system-connections',
  '/var/lib/private',
  '/var/lib/minidocker',
  '/var/lib/docker',
  '/var/lib/containers',
  '/var/mail',
  '/var/spool/mail',
  '/var/spool/cron',
  '/var/log',
];

/** @param stateRoot where our own state is: hidden too. */
export const hostRoot = (stateRoot: string): Root => ({
  kind: 'overlay',
  lower: ['/'],
  hide: [...new Set([...hidden, stateRoot])],
});

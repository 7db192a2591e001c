/** `0.0.0.0:8080->80/tcp, [::]:8080->80/tcp`: published ports as Docker words them. */
import type { PublishedPort } from '../network/ports.ts';

export const outside = ({ ip = '0.0.0.0', hostPort }: PublishedPort): string =>
  `${ip.includes(':') ? `[${ip}]` : ip}:${hostPort}`;

export const portsText = (ports: readonly PublishedPort[]): string =>
  ports.map((it) => `${outside(it)}->${it.containerPort}/${it.protocol}`).join(', ');

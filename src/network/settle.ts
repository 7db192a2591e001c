/** Makes sure of the host ports a container wants: no program of the host has them, no other container either. */
import type { Caller } from '../kernel/caller.ts';
import { UsageError } from '../kernel/errors.ts';
import { formatPublish, type PublishedPort, probePort } from './ports.ts';

/** A port that a living container has published. */
export interface Published {
  readonly port: PublishedPort;
  readonly container: string;
}

/** The kernel chooses free ports at random: so often is it asked again when a container has published the choice. */
const TRIES = 100;

/** The ports, with a free one where any would do. @throws UsageError when one is taken */
export function settlePorts(
  caller: Caller,
  wanted: readonly PublishedPort[],
  published: readonly Published[],
): PublishedPort[] {
  const settled: PublishedPort[] = [];
  for (const port of wanted) {
    const twice = port.lastHostPort === undefined && settled.find((other) => same(port, other));
    if (twice) throw new UsageError(`port ${formatPublish(port)} is asked for twice`, { remedy: 'name it once' });
    const taken = [...published, ...settled.map((it) => ({ port: it, container: 'this one' }))];
    settled.push(settle(caller, port, taken));
  }
  return settled;
}

function settle(caller: Caller, port: PublishedPort, published: readonly Published[]): PublishedPort {
  const { lastHostPort, ...first } = port;
  if (lastHostPort === undefined) return settleOne(caller, port, published);
  let cause: unknown;
  for (let { hostPort } = first; hostPort <= lastHostPort; hostPort++)
    try {
      return settleOne(caller, { ...first, hostPort }, published);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      cause = error;
    }
  throw new UsageError(`no host port from ${first.hostPort} to ${lastHostPort} is free for ${port.containerPort}`, {
    cause,
    remedy: 'widen the range, or leave it out for any free one',
  });
}

function settleOne(caller: Caller, port: PublishedPort, published: readonly Published[]): PublishedPort {
  for (let tries = 0; tries < TRIES; tries++) {
    const settled = { ...port, hostPort: probePort(caller, port) };
    const other = published.find((it) => same(it.port, settled));
    if (!other) return settled;
    if (port.hostPort !== 0)
      throw new UsageError(`port ${formatPublish(port)} is published by container ${other.container} already`, {
        remedy: 'choose another host port, or 0 for any free one',
      });
  }
  throw new UsageError(`no free host port was found for container port ${port.containerPort}`, {
    remedy: 'name one',
  });
}

const isAny = (ip: string | undefined): boolean => ip === undefined || ip === '0.0.0.0' || ip === '::';

function same(one: PublishedPort, other: PublishedPort): boolean {
  if (one.hostPort === 0) return false;
  const sameIp = isAny(one.ip) || isAny(other.ip) || one.ip === other.ip;
  return sameIp && one.hostPort === other.hostPort && one.protocol === other.protocol;
}

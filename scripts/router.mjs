#!/usr/bin/env zx
/**
 * Two networks and a router between them, built by hand out of three blank processes: each has a network namespace of
 * its own, the one in the middle has a cable to each of the others and forwards. Nothing of it is on the host.
 *
 *   node scripts/router.mjs        (as root)
 */
import { BlankProcess, constants, network } from 'minidocker';
import { $, chalk, echo } from 'zx';

const { addAddress, addRoute, addVeth, parseAddress, setUp, writeSysctl } = network;

const born = [];
const namespace = () => {
  const process = BlankProcess.spawn({ flags: constants.CLONE.NEWNET });
  born.push(process);
  setUp(process, 'lo');
  return process;
};

/** A cable from `host` to a link of the router; the router has .1 of the subnet, the host .2 and its way out by .1. */
const cable = (router, link, host, subnet) => {
  addVeth(router, link, { name: 'eth0', namespacePid: host.pid }, { up: true });
  setUp(host, 'eth0');
  addAddress(router, link, parseAddress(`${subnet}.1`), 24);
  addAddress(host, 'eth0', parseAddress(`${subnet}.2`), 24);
  addRoute(host, { via: parseAddress(`${subnet}.1`) });
};

const ping = async (from, address) => {
  const done = await $({
    nothrow: true,
    quiet: true,
  })`nsenter --net=/proc/${from.pid}/ns/net ping -c 1 -W 2 ${address}`;
  return done.exitCode === 0 ? chalk.green('answers') : chalk.red('no answer');
};

try {
  const [left, router, right] = [namespace(), namespace(), namespace()];
  cable(router, 'left', left, '10.1.0');
  cable(router, 'right', right, '10.2.0');
  // A new namespace may begin with what the host has.
  writeSysctl(router, 'net/ipv4/ip_forward', '0');
  echo`left 10.1.0.2 ── 10.1.0.1 router 10.2.0.1 ── 10.2.0.2 right`;
  echo`the router does not forward:  left → right ${await ping(left, '10.2.0.2')}`;
  writeSysctl(router, 'net/ipv4/ip_forward', '1');
  echo`now it does:                  left → right ${await ping(left, '10.2.0.2')}`;
  echo`and the other way:            right → left ${await ping(right, '10.1.0.2')}`;
  const seen = network.neighbours(router).map((it) => `${network.formatAddress(it.address)} at ${it.mac}`);
  echo`the router has met:           ${seen.filter((it) => it.startsWith('10.')).join(', ')}`;
} finally {
  for (const process of born) process.end();
}

/** A network without root: a program that is the other end of a tap link inside, and makes for each of the container's connections one of its own – see pasta(1), slirp4netns(1). */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { BlankProcess } from '../kernel/blank-process.ts';
import type { Caller } from '../kernel/caller.ts';
import { childProcess } from '../kernel/child-process.ts';
import { UsageError } from '../kernel/errors.ts';
import { formatAddress } from '../network/address.ts';
import { links } from '../network/netlink/links.ts';
import { type Route, routes } from '../network/netlink/routes.ts';
import { type PublishedPort, parsePublish } from '../network/ports.ts';
import type { UserModeNetwork } from '../spec/networks.ts';
import type { Box } from './box.ts';
import { requireForked, requireOwn } from './guards.ts';
import { codeOf, type Step } from './step.ts';

const TUN = '/dev/net/tun';
/** Until the link is there, in milliseconds: how often it is looked for, and how long. */
const EVERY = 10;
const LONGEST = 20_000;
const POLLIN = 1;
const SIGKILL = 9;

const packageOf: Record<UserModeNetwork, string> = { pasta: 'passt', slirp4netns: 'slirp4netns' };

/** `127.0.0.1/8080:80`, as pasta has it. */
function forwarded(ports: readonly PublishedPort[], protocol: string): string {
  const wanted = ports.filter((it) => it.protocol === protocol);
  for (const { hostPort, containerPort } of wanted)
    if (hostPort === 0)
      throw new UsageError(`port ${containerPort} is published on no port of the host in particular`, {
        remedy: `pasta needs to know which: -p 8080:${containerPort}`,
      });
  const specs = wanted.map((it) => `${it.ip === undefined ? '' : `${it.ip}/`}${it.hostPort}:${it.containerPort}`);
  return specs.length > 0 ? specs.join(',') : 'none';
}

/** The host's own loopback cannot be reached through either. */
function argumentsOf(network: UserModeNetwork, ports: readonly PublishedPort[], pid: number): string[] {
  if (network === 'slirp4netns') {
    if (ports.length > 0)
      throw new UsageError('ports are not published by slirp4netns', { remedy: 'use --network pasta for that' });
    return ['--configure', '--mtu=65520', '--disable-host-loopback', String(pid), 'eth0'];
  }
  const inwards = ['-t', forwarded(ports, 'tcp'), '-u', forwarded(ports, 'udp')];
  const outwards = ['-T', 'none', '-U', 'none', '--no-map-gw'];
  return ['--config-net', '--quiet', '--foreground', '--ns-ifname', 'eth0', ...inwards, ...outwards, String(pid)];
}

/** @throws UsageError where it cannot work */
function programOf(network: UserModeNetwork): string {
  const directories = [...(process.env.PATH ?? '').split(':'), '/usr/bin', '/usr/sbin', '/sbin'];
  const program = directories.map((it) => join(it, network)).find((it) => fs.existsSync(it));
  if (!program)
    throw new UsageError(`--network ${network}: the program ${network} is not installed`, {
      remedy: `install the package ${packageOf[network]}, or say --network none or host`,
    });
  try {
    fs.accessSync(TUN, fs.constants.R_OK | fs.constants.W_OK);
  } catch (cause) {
    throw new UsageError(`--network ${network}: ${TUN}, which makes tap links, is not there or not yours to open`, {
      remedy: `as root: modprobe tun; chmod 666 ${TUN}; or say --network none or host`,
      cause,
    });
  }
  return program;
}

const defaultRoute = (inside: Caller): Route | undefined => routes(inside).find((it) => it.to.bits === 0);

/** A process that does nothing but end the program when the container has ended, whoever of us still lives then. */
function endWith(container: number, program: number): void {
  const guard = BlankProcess.spawn({ dieWithParent: false });
  const watched = Buffer.alloc(8);
  watched.writeInt32LE(guard.call('pidfd_open', container, 0), 0);
  watched.writeInt16LE(POLLIN, 4);
  const other = guard.call('pidfd_open', program, 0);
  guard.leaveWith([
    { name: 'ppoll', args: [watched, 1, null, null, 0], mayFail: true },
    { name: 'pidfd_send_signal', args: [other, SIGKILL, null, 0], mayFail: true },
    { name: 'exit_group', args: [0] },
  ]);
}

async function start(box: Box, network: UserModeNetwork, ports: readonly PublishedPort[]): Promise<ChildProcess> {
  const program = programOf(network);
  const journal = join(box.directory, `${network}.log`);
  const words = fs.openSync(journal, 'w', 0o600);
  let child: ChildProcess;
  try {
    const args = argumentsOf(network, ports, box.process.pid);
    child = childProcess().spawn(program, args, { detached: true, stdio: ['ignore', words, words] });
  } finally {
    fs.closeSync(words);
  }
  try {
    await once(child, 'spawn');
    endWith(box.process.pid, child.pid!);
    for (const end = Date.now() + LONGEST; !defaultRoute(box.process); ) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > end)
        throw new UsageError(`--network ${network}: it made no link: ${lastWords(journal)}`, {
          remedy: 'is this machine itself on a network? else say --network none or host',
        });
      await new Promise((go) => setTimeout(go, EVERY));
    }
    child.unref();
    return child;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

const lastWords = (journal: string): string =>
  fs
    .readFileSync(journal, 'utf8')
    .split('\n')
    .filter((it) => it !== '' && !it.includes('syslog'))
    .join('; ')
    .slice(-300) || 'it said nothing';

/** @param network which program. @param texts what is published, as after `-p`. */
export function userMode(network: UserModeNetwork, texts: readonly string[] = []): Step {
  const ports = texts.flatMap(parsePublish);
  const name = `net.${network}`;
  return {
    name,
    title: `a way out without root: ${network}`,
    explain:
      'A cable to a bridge is a link of the host, and only root may make one. A tap link is one whose other end is a program: every frame that is sent inside is read by it, and it does outside what the frame asks for, as an ordinary user with ordinary sockets. So the container has an address and a route, and the host’s links stay as they are; it costs a copy for each packet.',
    manual: [`${network}(1)`, 'network_namespaces(7)'],
    calls: [`execve("${network}", ${JSON.stringify(argumentsOf(network, ports, 0).slice(0, -1))} PID)`],
    code: codeOf('net.userMode', network, texts),
    check(box) {
      requireOwn(box, 'net', 'a tap link');
      requireForked(box, 'a tap link');
    },
    async apply(box) {
      box.notes.set(name, await start(box, network, ports));
    },
    observe(box) {
      const route = defaultRoute(box.process);
      const link = links(box.process).find((it) => it.index === route?.link);
      return { link: link?.name ?? 'missing', gateway: route?.via ? formatAddress(route.via) : 'none' };
    },
    async undo(box) {
      const child = box.notes.get(name) as ChildProcess | undefined;
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      child.ref();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

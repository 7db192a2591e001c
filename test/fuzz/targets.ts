/** What is fed with chance, and what of it may happen: an answer, or one of the two expected errors. */
import { Duplex } from 'node:stream';
import type { Command } from '../../src/cli/definition.ts';
import { parseFilters } from '../../src/cli/filters.ts';
import { findCommand } from '../../src/cli/find-command.ts';
import { parse } from '../../src/cli/parse.ts';
import { runOptions } from '../../src/cli/run-options.ts';
import { commands } from '../../src/cli/table/commands.ts';
import { compile } from '../../src/container/compile.ts';
import { parseBytes, parseDuration } from '../../src/container/quantities.ts';
import { checkRequest, Lines } from '../../src/container/supervisor/protocol.ts';
import type { Image } from '../../src/image/image.ts';
import { parseMountInfo } from '../../src/kernel/proc.ts';
import { nameServersOf, resolvConfText } from '../../src/network/dns/files.ts';
import { encodeAnswer, encodeQuestion, parseQuestion, reverseAddress } from '../../src/network/dns/message.ts';
import { parsePublish } from '../../src/network/ports.ts';
import { defaultConfig } from '../../src/spec/defaults.ts';
import { parseMountOptions } from '../../src/spec/mount-options.ts';
import { parseConfig } from '../../src/spec/read-config.ts';
import { DEFAULT_PROFILE } from '../../src/spec/seccomp-default.ts';
import { seccompFilter } from '../../src/spec/seccomp-filter.ts';
import { parseSeccompProfile, resolveSeccomp } from '../../src/spec/seccomp-profile.ts';
import { stepsFor } from '../../src/steps/list.ts';
import { parseDetachKeys } from '../../src/view/detach.ts';
import { printable } from '../../src/view/printable.ts';
import { plainTable } from '../../src/view/table.ts';
import { template } from '../../src/view/template.ts';
import type { Random } from './random.ts';

export interface Target {
  name: string;
  /** How many of a thousand inputs it gets. */
  share: number;
  /** Makes an input and feeds it. The input is given to `tell` first, so that a failure can be repeated. */
  feed(random: Random, tell: (input: unknown) => void): void;
}

const image: Image = {
  name: 'fuzz',
  root: { kind: 'directory', path: '/nowhere' },
  command: ['/bin/sh'],
  environment: [],
};

function flagWords(random: Random, command: Command): string[] {
  const flag = random.one(command.flags);
  if (flag === undefined) return [`--${random.word()}`];
  const name = flag.short && random.chance(0.4) ? `-${flag.short}` : `--${flag.name}`;
  if (random.chance(0.1)) return [random.garble(name)];
  if (flag.value === undefined) return [random.chance(0.8) ? name : `${name}=${random.word()}`];
  return random.chance(0.5) ? [`${name}=${random.word()}`] : [name, random.word()];
}

/** Flags whose values name files of the host's: what is in them is not ours to read. */
const readsFiles = ['env-file', 'label-file', 'security-opt', 'device', 'volumes-from', 'cidfile'];

function commandLine(random: Random): string[] {
  const command = random.one(commands);
  const words = random.many(5, () => flagWords(random, command)).flat();
  return [...command.name.split(' '), ...words, ...random.many(4, () => random.word())];
}

function feedCommandLine(random: Random, tell: (input: unknown) => void): void {
  const line = commandLine(random);
  tell(line);
  const found = findCommand(line);
  const given = parse(found.command, found.rest);
  if (found.command.name !== 'run' || readsFiles.some((it) => given.flags.has(it))) return;
  compile(runOptions(given), image, 'f'.repeat(64), '/nowhere/root', []);
}

const profile = JSON.stringify(DEFAULT_PROFILE);
const smallProfile = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: 1,
  architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
  archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }],
  flags: ['SECCOMP_FILTER_FLAG_LOG'],
  syscalls: [
    {
      names: ['read', 'socket'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: 3, valueTwo: 4, op: 'SCMP_CMP_EQ' }],
      includes: { caps: ['CAP_CHOWN'], arches: ['amd64'], minKernel: '4.8' },
      excludes: { caps: ['CAP_KILL'] },
    },
  ],
};

function feedProfile(random: Random, tell: (input: unknown) => void): void {
  const text = random.chance(0.05)
    ? random.garble(profile)
    : random.chance(0.3)
      ? random.garble(JSON.stringify(smallProfile))
      : JSON.stringify(random.mutate(smallProfile));
  tell(text);
  const config = resolveSeccomp(parseSeccompProfile(text), { capabilities: ['CAP_CHOWN'] });
  // Compiling takes a millisecond: now and then.
  if (random.chance(0.02)) seccompFilter(config);
}

const config = {
  ...defaultConfig(['/bin/sh', '-c', 'true'], '/root'),
  annotations: { 'a.b': 'c' },
  domainname: 'example',
};

function feedConfig(random: Random, tell: (input: unknown) => void): void {
  const text = random.chance(0.2) ? random.garble(JSON.stringify(config)) : JSON.stringify(random.mutate(config));
  tell(text);
  // The list of steps is made of every configuration that is accepted.
  stepsFor(parseConfig(text), { root: { kind: 'directory', path: '/nowhere' } });
}

const requests = [
  { op: 'ping' },
  { op: 'start', id: 'a'.repeat(64), attach: true, stdin: false, size: { height: 24, width: 80 } },
  { op: 'attach', id: '0'.repeat(64), stdin: true },
];

/** A socket that only hears what we say. */
class Deaf extends Duplex {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    done();
  }
}

function feedProtocol(random: Random, tell: (input: unknown) => void): void {
  const lines = random.many(3, () =>
    random.chance(0.2)
      ? random.bytes(40).toString('latin1')
      : random.garble(JSON.stringify(random.mutate(random.one(requests)))),
  );
  const text = `${lines.join('\n')}\n`;
  tell(text);
  const socket = new Deaf();
  const reader = new Lines(socket as never);
  for (let at = 0; at < text.length; ) {
    const piece = 1 + random.below(text.length);
    socket.emit('data', text.slice(at, at + piece));
    at += piece;
  }
  void reader.next();
  socket.destroy();
  checkRequest(random.mutate(random.one(requests)));
}

function feedDns(random: Random, tell: (input: unknown) => void): void {
  const asked = encodeQuestion(
    random.below(65536),
    random.one(['web', 'db.internal', 'a.b.c.d', '1.0.0.127.in-addr.arpa']),
    random.one([1, 12, 28, 255]),
  );
  const message = random.chance(0.3) ? random.bytes(80) : Buffer.from(asked);
  if (message.length > 0)
    for (const _ of random.many(4, () => 0)) message[random.below(message.length)] = random.below(256);
  const cut = random.chance(0.3) ? message.subarray(0, random.below(message.length + 1)) : message;
  tell(cut.toString('hex'));
  const question = parseQuestion(cut);
  if (!question) return;
  reverseAddress(question.name);
  encodeAnswer(
    question,
    random.below(6),
    random.many(60, () => ({ type: 1, ttl: 60, data: Buffer.from([10, 0, 0, 1]) })),
  );
}

/** Each with a text; what they answer does not matter. */
const readers: ((text: string) => unknown)[] = [
  parsePublish,
  parseDetachKeys,
  (text) => parseMountOptions(text.split(',')),
  (text) => parseBytes(text, '--memory'),
  (text) => parseDuration(text, '--time'),
  (text) => parseFilters([text]),
  (text) => template(text)({ ID: 'x', Labels: { a: 'b' }, list: [1, 2] }),
  (text) => resolvConfText(text, { servers: nameServersOf(text) }),
  parseMountInfo,
];

function feedText(random: Random, tell: (input: unknown) => void): void {
  const text = random
    .many(6, () => random.word())
    .join(random.one(['', ' ', '\n', ',', ':', '=', ' nameserver ', '{{.', '}}']));
  const which = random.below(readers.length);
  tell({ reader: which, text });
  readers[which]!(text);
}

function feedTable(random: Random, tell: (input: unknown) => void): void {
  const rows = random.many(4, () => [random.word(), random.word()]);
  tell(rows);
  const text = plainTable(['NAME', 'LABEL'], rows) + printable(random.word());
  // Nothing from outside may reach a terminal as it is.
  if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(text))
    throw new Error('a control character came through');
  if (text.split('\n').length > rows.length + 1) throw new Error('a name made a row of its own');
}

export const targets: readonly Target[] = [
  { name: 'command line', share: 250, feed: feedCommandLine },
  { name: 'config.json', share: 150, feed: feedConfig },
  { name: 'seccomp profile', share: 150, feed: feedProfile },
  { name: 'supervisor protocol', share: 150, feed: feedProtocol },
  { name: 'DNS message', share: 150, feed: feedDns },
  { name: 'texts', share: 100, feed: feedText },
  { name: 'table', share: 50, feed: feedTable },
];

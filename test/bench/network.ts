/**
 * `npx tsx test/bench/network.ts [ROUNDS]`: how long it takes to connect a container (cable, address, route, rules) to a bridge that is there, beside the same done
 * with ip(8) commands, in one run and in turn; then what a bridge network adds to a whole `run` of ours and of podman. It happens in a network namespace of its own: the host's
 * links are not touched.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlankProcess } from '../../src/kernel/blank-process.ts';
import { CLONE } from '../../src/kernel/constants.ts';
import * as wires from '../../src/network/connect.ts';
import { networkContext } from '../../src/network/context.ts';
import { inspectNetwork } from '../../src/network/definitions.ts';
import { setUp } from '../../src/network/netlink/links.ts';
import { ruledTable } from '../../src/view/table.ts';
import { busyboxRoot, type Contender, checkout, cleanUp, other, podman, scratch } from './contenders.ts';

const rounds = Number(process.argv[2] ?? 30);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`${process.argv[2]} is no number of rounds`);

/** The same namespace as the machine's first process: go into one of our own. */
if (process.env.MINIDOCKER_BENCH !== 'inside') {
  const env = { ...process.env, MINIDOCKER_BENCH: 'inside' };
  const command = [
    '--net',
    '--mount',
    process.execPath,
    '--import',
    'tsx',
    new URL(import.meta.url).pathname,
    String(rounds),
  ];
  const { status } = spawnSync('unshare', command, { stdio: 'inherit', env });
  cleanUp();
  process.exit(status ?? 1);
}

const directory = mkdtempSync(join(tmpdir(), 'minidocker-bench-'));
const context = networkContext({ directory, bridge: 'mdtbench' });
setUp(context.caller, 'lo');
const network = inspectNetwork(context, 'bridge');
// Somebody stays on it, so that the bridge is there all the time.
wires.joinNetwork(context, network, 'first', process.pid);
wires.admit(context, network);

const ours = (inside: BlankProcess, n: number): void => {
  const container = `c${n}`;
  wires.joinNetwork(context, network, container, inside.pid);
  wires.layCable(context, network, container, inside.pid, 'eth0');
  const lease = wires.takeAddress(context, network, { container, pid: inside.pid });
  wires.configureLink(inside, 'eth0', network, lease);
  wires.addDefaultRoutes(inside, network);
  wires.admit(context, network);
};

const commands = ({ pid }: BlankProcess, n: number): void => {
  const inside = `nsenter --net=/proc/${pid}/ns/net ip`;
  const lines = [
    `ip link add v${n} mtu 1500 type veth peer name eth0 netns ${pid}`,
    `ip link set v${n} master mdtbench up`,
    `${inside} address add 172.17.200.${n % 250}/16 dev eth0`,
    `${inside} link set eth0 up`,
    `${inside} route add default via 172.17.0.1`,
  ];
  const done = spawnSync('sh', ['-ec', lines.join('\n')], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
};

const contenders = new Map<string, { action: (inside: BlankProcess, n: number) => void; times: number[] }>([
  ['minidocker', { action: ours, times: [] }],
  ['ip commands, no books, no rules', { action: commands, times: [] }],
]);
for (let n = 0; n < rounds + 3; n++)
  for (const { action, times } of contenders.values()) {
    const inside = BlankProcess.spawn({ flags: CLONE.NEWNET });
    const start = process.hrtime.bigint();
    action(inside, n);
    // The first rounds warm everything up.
    if (n >= 3) times.push(Number(process.hrtime.bigint() - start) / 1e6);
    inside.end();
  }

/** A directory of system files that belongs to this run: podman keeps its network namespaces there. */
const own = (path: string): void => {
  const done = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', path], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const rows = [...contenders].map(([name, { times }]) => [
  name,
  median(times).toFixed(2),
  Math.min(...times).toFixed(2),
]);
console.log(`To connect a container, ${rounds} rounds`);
console.log(ruledTable(['', 'median, ms', 'fastest, ms'], rows));
rmSync(directory, { recursive: true });

own('/run');
const root = busyboxRoot();
/** The whole command, from the shell. */
const minidocker = (network: string): Contender => {
  const line = ['run', '--rm', '--network', network, root ?? 'host', 'true'];
  const env = { MINIDOCKER_ROOT: join(scratch, 'state'), MINIDOCKER_CGROUP: `mdtbench${process.pid}` };
  return other('minidocker run', '', process.execPath, () => [join(checkout, 'bin/minidocker.js'), ...line], env);
};
const pairs = [
  [minidocker('none'), minidocker('bridge')],
  [podman(root, 'none'), podman(root, 'podman')],
] as const;
const times = new Map(pairs.flat().map((it) => [it, [] as number[]]));
for (let n = 0; n < rounds; n++)
  for (const [contender, measured] of times) {
    const start = process.hrtime.bigint();
    await contender.once?.();
    measured.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
console.log(`\nWhat a bridge network adds to a run, ${rounds} rounds`);
console.log(
  ruledTable(
    ['', 'without, ms', 'with, ms', 'it adds, ms'],
    pairs.map(([without, withOne]) => {
      const why = without.why ?? withOne.why;
      if (why) return [without.name, why, '', ''];
      const [base, all] = [median(times.get(without)!), median(times.get(withOne)!)];
      return [without.name, base.toFixed(0), all.toFixed(0), (all - base).toFixed(0)];
    }),
  ),
);
cleanUp();
process.exit();

/**
 * To be run in a network namespace of its own: a whole life of a connected container by the caller `host`, with nft as
 * a library, among rules and routes of somebody else. Prints as JSON what others see before, meanwhile and after.
 */
import { execFileSync } from 'node:child_process';
import { BlankProcess } from '../../src/kernel/blank-process.ts';
import { CLONE } from '../../src/kernel/constants.ts';
import { onTrace } from '../../src/kernel/trace.ts';
import { connect, disconnect } from '../../src/network/connect.ts';
import { networkContext } from '../../src/network/context.ts';
import { createNetwork } from '../../src/network/definitions.ts';
import { removeNetwork } from '../../src/network/lifecycle.ts';
import { nft } from '../../src/network/nft.ts';

const [directory = '', bridge = ''] = process.argv.slice(2);
const context = networkContext({ directory, bridge });
const sh = (command: string): string => execFileSync('sh', ['-c', command], { encoding: 'utf8' });
const seen = (): string => sh('nft list ruleset; ip address; ip route show table all; ip -6 route show table all');

sh(`ip link set lo up; ip link add mdtother type bridge; ip link set mdtother addrgenmode none; ip link set mdtother up; ip address add 10.9.9.1/24 dev mdtother
nft 'add table inet foreign; add chain inet foreign f { type filter hook forward priority 0; policy drop; }; add rule inet foreign f tcp dport 22 accept'`);
const before = seen();
const spawned: string[] = [];
const stop = onTrace((event) => {
  if (event.call === 'nft') spawned.push(event.args[0]!);
});
const network = createNetwork(context, { name: 'red' });
const container = BlankProcess.spawn({ flags: CLONE.NEWNET });
const ports = [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] as const;
connect(context, container, network, { container: 'one', pid: container.pid, link: 'eth0', ports });
const meanwhile = seen();
let refusal = '';
try {
  nft(context.caller, 'add rule inet nothing nothing drop');
} catch (error) {
  refusal = (error as Error).message;
}
disconnect(context, network, 'one');
container.end();
removeNetwork(context, 'red');
stop();
// The kernel takes links away a moment later.
for (let tries = 0; tries < 100 && seen() !== before; tries++) sh('sleep 0.1');
console.log(JSON.stringify({ before, meanwhile, after: seen(), refusal, traced: spawned.length }));
process.exit();

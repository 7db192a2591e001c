/** To be run in a network namespace of its own: a detached container, its supervisor killed and followed by another. Prints what it saw as JSON. */
import { execFileSync } from 'node:child_process';
import { network } from 'minidocker';
import { engine, killSupervisor, supervisorPid, tidyUp } from '../container/support.ts';
import { until } from '../support.ts';

const context = network.networkContext();
network.setUp(context.caller, 'lo');
network.createNetwork(context, { name: 'red', subnet: '10.88.0.0/24' });
const sleep = { image: 'host', network: 'red', command: ['sleep', '1000'] };
await engine.runDetached({ ...sleep, name: 'one' });
await engine.runDetached({ ...sleep, name: 'two', publish: ['8080:80'] });
await engine.runDetached({ image: 'host', name: 'plain', command: ['sleep', '1000'] });
const ask = async (name = 'one'): Promise<string> => {
  const { pid } = (await engine.list()).find((it) => it.name === name)!;
  // getent(1) of the host, with the container's resolv.conf.
  const inside = ['-t', String(pid), '-a', 'timeout', '20', 'getent', 'hosts', 'two'];
  return execFileSync('nsenter', inside, { encoding: 'utf8' }).trim().split(/\s+/)[0] ?? '';
};
const answers = [await ask()];
const before = await supervisorPid();
await killSupervisor();
await until(async () => (await supervisorPid()) !== before);
answers.push(await ask());
await engine.connectNetwork('plain', 'red', { aliases: ['late'] });
answers.push(await ask('plain'));
const cables = (await engine.inspect('plain')).NetworkSettings;
await engine.disconnectNetwork('plain', 'bridge');
const meanwhile = execFileSync('nft', ['list', 'ruleset'], { encoding: 'utf8' });
await tidyUp();
network.removeNetwork(context, 'red');
await until(() => network.links(context.caller).length === 1);
const after = execFileSync('nft', ['list', 'ruleset'], { encoding: 'utf8' });
console.log(JSON.stringify({ answers, cables, meanwhile, after }));
process.exit();

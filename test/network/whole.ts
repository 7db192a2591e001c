/** To be run in a network namespace of its own: whole containers on a network, by the public API. Prints what they saw as JSON. */
import { makeBox, network, run } from 'minidocker';

const context = network.networkContext();
network.setUp(context.caller, 'lo');
network.createNetwork(context, { name: 'red', subnet: '10.88.0.0/24' });
const web = makeBox({ image: 'host', name: 'web', network: 'red', networkAlias: ['www'], command: ['sleep', '1000'] });
for (const step of web.steps) await web.box.apply(step);
const script =
  'getent hosts www; ping -c 1 -W 5 web | grep "bytes from"; cat /etc/hosts /etc/resolv.conf; ip -br address show eth0';
const other = await run({
  image: 'host',
  hostname: 'other',
  network: 'red',
  addHost: ['gate:host-gateway'],
  command: ['sh', '-c', script],
  capture: true,
});
const plain = await run({ image: 'host', command: ['sh', '-c', 'ip -br address show eth0'], capture: true });
const none = await run({ image: 'host', network: 'none', command: ['ip', '-br', 'link'], capture: true });
await web.remove();
network.removeNetwork(context, 'red');
const waiting = { tries: 0 };
while (network.links(context.caller).length > 1 && waiting.tries++ < 200) await new Promise((go) => setTimeout(go, 50));
const links = network.links(context.caller).map((link) => link.name);
console.log(
  JSON.stringify({ other: other.stdout, errors: other.stderr, plain: plain.stdout, none: none.stdout, links }),
);
process.exit();

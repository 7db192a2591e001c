/**
 * A process of its own that connects containers, to be run inside a laboratory host: starter.ts DIRECTORY BRIDGE PREFIX COUNT PORT.
 * It says "ready" and waits to be killed. With PORT, container n publishes port PORT + n.
 */
import { BlankProcess } from '../../src/kernel/blank-process.ts';
import { CLONE } from '../../src/kernel/constants.ts';
import { connect } from '../../src/network/connect.ts';
import { networkContext } from '../../src/network/context.ts';
import { inspectNetwork } from '../../src/network/definitions.ts';

const [directory = '', bridge = '', prefix = '', count = '', port = ''] = process.argv.slice(2);
const context = networkContext({ directory, bridge });
for (let n = 0; n < Number(count); n++) {
  const container = BlankProcess.spawn({ flags: CLONE.NEWNET });
  connect(context, container, inspectNetwork(context, 'bridge'), {
    container: `${prefix}${n}`,
    pid: container.pid,
    link: 'eth0',
    ports: port === '' ? [] : [{ hostPort: Number(port) + n, containerPort: 80, protocol: 'tcp' }],
  });
}
console.log('ready');
setInterval(() => {}, 1000);

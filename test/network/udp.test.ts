/** A UDP client that does not stop: the packets of one socket, before a port is published, and after the container has changed. */
import { spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { disconnect } from '../../src/network/connect.ts';
import { inspectNetwork } from '../../src/network/definitions.ts';
import { until } from '../support.ts';
import { closeLab, container, keep, labContext, nsenter, remoteOf, server } from './lab.ts';

afterEach(closeLab);

/** Sends without end from one port, and prints what is answered. */
const CLIENT = `
const socket = require('dgram').createSocket('udp4');
socket.on('message', (text) => process.stdout.write(String(text)));
socket.on('error', () => {});
socket.bind(4444, () => setInterval(() => socket.send('hi', 5300, '192.0.2.1', () => {}), 50));
`;

test('it reaches the container as soon as the port is published, and the next one when that takes its place', async () => {
  const context = labContext();
  const remote = remoteOf(context.caller);
  const network = inspectNetwork(context, 'bridge');
  // Somebody is there already: the kernel follows connections.
  container(context, network);
  const [program, ...args] = [...nsenter(remote), 'node', '-e', CLIENT];
  const client = spawn(program!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  keep({ end: () => void client.kill('SIGKILL') });
  let said = '';
  client.stdout.on('data', (part) => {
    said += part;
  });
  // A program of the host answers first.
  const stop = await server(context.caller, 'udp', 5300);
  await until(() => said.includes('hello 192.0.2.9'), 20, 'the host');
  await stop();
  const first = container(context, network, '5300:53/udp');
  said = '';
  await server(first.process, 'udp', 53);
  await until(() => said.includes('hello'), 20, 'the first container');
  disconnect(context, network, first.lease.container);
  // Another takes the old address, so that the next one has a new one.
  container(context, network);
  const second = container(context, network, '5300:53/udp');
  expect(second.lease.address).not.toBe(first.lease.address);
  said = '';
  await server(second.process, 'udp', 53);
  await until(() => said.includes('hello'), 20, 'the second container');
});

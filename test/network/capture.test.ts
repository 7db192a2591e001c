/** One flow through address translation, as tcpdump(8) sees it on both sides of the host. */
import { spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import type { BlankProcess } from '../../src/kernel/blank-process.ts';
import { inspectNetwork } from '../../src/network/definitions.ts';
import { until } from '../support.ts';
import { ask, closeLab, container, keep, labContext, nsenter, remoteOf, server } from './lab.ts';

afterEach(closeLab);

/** The addresses and ports of each UDP packet on a link, from when it listens. */
async function capture(host: BlankProcess, link: string): Promise<() => string[]> {
  const [program, ...args] = [
    ...nsenter(host),
    'tcpdump',
    '-lnn',
    '--immediate-mode',
    '-i',
    link,
    'udp',
    'port',
    '7777',
  ];
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  keep({ end: () => void child.kill('SIGKILL') });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (part) => {
      said[stream] += part;
    });
  await until(() => said.stderr.includes('listening on'), 20, 'tcpdump');
  return () => [...said.stdout.matchAll(/IP (\S+ > [^:]+):/g)].map((match) => match[1]!);
}

test('the sender becomes the host on the way out, and the answer finds the container', async () => {
  const context = labContext();
  const remote = remoteOf(context.caller);
  const { process } = container(context, inspectNetwork(context, 'bridge'));
  await server(remote, 'udp', 7777);
  const [inner, outer] = [await capture(context.caller, 'mdtbr0'), await capture(context.caller, 'uplink')];
  expect(ask(process, 'udp', '192.0.2.9', 7777)).toBe('hello 192.0.2.1');
  await until(() => inner().length > 1 && outer().length > 1, 20, 'the packets');
  expect(inner()[0]).toMatch(/^172\.17\.0\.2\.\d+ > 192\.0\.2\.9\.7777$/);
  expect(outer()[0]).toMatch(/^192\.0\.2\.1\.\d+ > 192\.0\.2\.9\.7777$/);
  expect(outer()[1]).toMatch(/^192\.0\.2\.9\.7777 > 192\.0\.2\.1\.\d+$/);
  expect(inner()[1]).toMatch(/^192\.0\.2\.9\.7777 > 172\.17\.0\.2\.\d+$/);
});

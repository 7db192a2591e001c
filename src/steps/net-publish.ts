/** Ports of the host that lead to the container – see nft(8), docker-run(1). */
import { publish as publishPorts, unpublish } from '../network/connect.ts';
import type { NetworkContext } from '../network/context.ts';
import type { Forwarding } from '../network/loopback6.ts';
import { formatPublish, parsePublish } from '../network/ports.ts';
import { publicationsOf } from '../network/publications.ts';
import { fullWire, leaseOf, requireLease, requireWire, type Wire } from './net-wire.ts';
import { codeOf, type Step } from './step.ts';

/** @param ports as after `-p`: "8080:80", "127.0.0.1:5300:53/udp". @param wire which network. @param context whose host. */
export function publish(ports: readonly string[], wire: Wire = {}, context?: NetworkContext): Step {
  const full = fullWire(wire, context);
  const wanted = ports.flatMap(parsePublish);
  const name = full.stepName('publish');
  return {
    name,
    title: `ports of the host lead to the container: ${ports.join(', ')}`,
    explain:
      'From outside only the host can be seen. A published port is one entry in a map of the firewall: what comes to that port of the host gets the container’s address as its destination (DNAT), also when it comes from the host itself or from another container. Before that we bind the port for a moment: if that fails, a program of the host has it, which would never hear of it again. Only what the host sends to its own [::1] cannot be led there by the kernel: the process that made the container listens there and passes it on.',
    manual: ['nft(8)', 'bind(2)'],
    calls: [
      'bind(socket, host port)',
      'nft: add element inet TABLE ports4 { tcp . host port : address . container port }',
      'listen(socket, [::1]:host port), by the process that made the container',
    ],
    code: codeOf('net.publish', ports, Object.keys(wire).length > 0 ? wire : undefined),
    check(box) {
      requireWire(box, 'publishing ports');
      requireLease(full, box, 'publishing ports');
    },
    async apply(box) {
      const lease = publishPorts(full.context(), requireLease(full, box, 'publishing ports'), wanted);
      // Not small, and only this step needs it.
      const { forwardLoopback } = await import('../network/loopback6.ts');
      box.notes.set(name, await forwardLoopback(full.context(), lease));
    },
    observe(box) {
      const lease = leaseOf(full, box);
      const lines = lease ? publicationsOf(lease).map((it) => [formatPublish(it), it.to] as const) : [];
      const forwarded = (box.notes.get(name) as Forwarding | undefined)?.ports ?? [];
      const more = forwarded.map((it) => [formatPublish({ ...it, ip: '::1' }), 'passed on by this process'] as const);
      return Object.fromEntries([...lines, ...more]);
    },
    undo(box) {
      (box.notes.get(name) as Forwarding | undefined)?.close();
      box.notes.delete(name);
      const lease = leaseOf(full, box);
      if (lease && lease.ports.length > 0) unpublish(full.context(), lease);
    },
  };
}

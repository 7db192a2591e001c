/** The [::1] of an adopted container's published ports: what passed it on went with the supervisor that started it. */
import { networkContext } from '../../network/context.ts';
import { allLeases } from '../../network/leases.ts';
import { forwardLoopback } from '../../network/loopback6.ts';
import type { Container } from '../store/store.ts';
import { attempt } from './last-words.ts';

/** Passes on again until the container has ended. That it fails is noted: the container is looked after all the same. */
export async function forwardAgain({ id }: Container, ended: Promise<unknown>): Promise<void> {
  const context = networkContext();
  await attempt(id, async () => {
    for (const lease of allLeases(context).filter((it) => it.container === id && it.ports.length > 0)) {
      const forwarding = await forwardLoopback(context, lease);
      void ended.finally(() => forwarding.close());
    }
  });
}

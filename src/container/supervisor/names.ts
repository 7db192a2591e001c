/** The name server of an adopted container: the one that it began with went with the supervisor that started it. */
import { SyscallError, UsageError } from '../../kernel/errors.ts';
import { networkContext } from '../../network/context.ts';
import { serveRunning } from '../../network/dns/container.ts';
import { attachmentsOf, hasNames } from '../../spec/networks.ts';
import { type Container, readConfig } from '../store/store.ts';

/** Answers again until the container has ended, where it is on a network with names. */
export function answerAgain(container: Container, ended: Promise<unknown>): void {
  const { pid } = container.state.process ?? {};
  try {
    const attachments = attachmentsOf(readConfig(container));
    if (pid === undefined || !attachments.some(({ network }) => hasNames(network))) return;
    const servers = attachments.flatMap((it) => it.servers ?? []);
    const server = serveRunning(networkContext(), container.id, pid, servers);
    void ended.finally(() => server.close());
  } catch (error) {
    // It has just ended, or has a name server of its own: it is looked after all the same.
    if (!(error instanceof SyscallError || error instanceof UsageError)) throw error;
  }
}

/** The output of a container in the foreground that stays when it has ended: shown, and kept in its log as that of a detached one is. */
import { Readiness } from '../kernel/readiness.ts';
import type { Stdio } from '../steps/box.ts';
import type { Created } from './lifecycle/create.ts';
import { openContainerSide } from './logs/fifo.ts';
import { Channels } from './supervisor/channels.ts';

export interface ForegroundLog {
  /** The container's side. */
  stdio: Stdio;
  /** It has its copies. */
  started(): void;
  /** Shows and keeps what is left. */
  finish(): Promise<void>;
}

/** @param stdin a descriptor of ours, or null. @param whenUnread is called when nobody reads our own output any more */
export function openForegroundLog(
  { directory, record }: Created,
  stdin: number | null,
  whenUnread: () => void,
): ForegroundLog {
  const readiness = new Readiness();
  const channels = new Channels(directory, record.log, readiness);
  const side = openContainerSide(directory, false);
  channels.openPipes();
  const unread = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    whenUnread();
  };
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unread);
  channels.listen((stream, bytes) => process[stream].write(bytes));
  return {
    stdio: [stdin, side.stdio[1], side.stdio[2]],
    started: side.close,
    async finish() {
      await channels.finish();
      channels.close();
      await readiness.close();
      for (const stream of [process.stdout, process.stderr]) stream.off('error', unread);
    },
  };
}

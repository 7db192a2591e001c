/** A container of the foreground that is connected to a network with names while it runs: its name server is run by this process, which holds it. inotify(7). */
import { type FSWatcher, watch } from 'node:fs';
import { UsageError } from '../kernel/errors.ts';
import { attachmentsOf, hasNames } from '../spec/networks.ts';
import { type Container, FILES, readConfig, readContainer } from './store/store.ts';

/** What `network connect` changes is the configuration. @returns how to stop waiting for it */
export function answerOnceConnected(
  container: Pick<Container, 'id' | 'directory'>,
  ended: Promise<unknown>,
): () => void {
  let watcher: FSWatcher | undefined;
  const stop = (): void => watcher?.close();
  const look = async (file: string | null): Promise<void> => {
    const found = file === FILES.config ? connected(container.id) : undefined;
    if (!found) return;
    stop();
    const { answerAgain } = await import('./supervisor/names.ts');
    answerAgain(found, ended);
  };
  try {
    watcher = watch(container.directory, { persistent: false }, (_event, file) => void look(file));
    watcher.on('error', stop);
  } catch (error) {
    // All watches of this user are taken: the container runs all the same.
    if (!['EMFILE', 'ENOSPC'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  return stop;
}

/** The container, when it is on a network with names. */
function connected(id: string): Container | undefined {
  try {
    const container = readContainer(id);
    const isNamed = container && attachmentsOf(readConfig(container)).some(({ network }) => hasNames(network));
    return isNamed ? container : undefined;
  } catch (error) {
    // It is being removed.
    if (!(error instanceof UsageError)) throw error;
    return undefined;
  }
}

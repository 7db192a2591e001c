/** `container:ID` in a configuration: another container's namespace, by the path that its process has now – see proc_pid_ns(5). */
import { UsageError } from '../../kernel/errors.ts';
import { type Config, namespaceKindOf } from '../../spec/config.ts';
import { findContainer } from '../store/find.ts';
import { isRunning } from '../store/status.ts';

const PREFIX = 'container:';

/** The configuration with the paths of today. @throws UsageError when a container that is to be joined does not run */
export function resolveReferences(config: Config): Config {
  const namespaces = config.linux.namespaces.map((it) => {
    if (!it.path?.startsWith(PREFIX)) return it;
    const reference = it.path.slice(PREFIX.length);
    const { state } = findContainer(reference);
    if (!isRunning(state))
      throw new UsageError(`--${it.type}: the container ${reference} does not run, so its namespace is gone`, {
        remedy: `start it: start ${reference}`,
      });
    return { ...it, path: `/proc/${state.process!.pid}/ns/${namespaceKindOf[it.type]}` };
  });
  return { ...config, linux: { ...config.linux, namespaces } };
}

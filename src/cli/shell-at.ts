/** A shell inside a container that is not finished: in the namespaces that it has so far, with the root that it has so far – see setns(2), nsenter(1). */
import { BlankProcess } from '../kernel/blank-process.ts';
import { F } from '../kernel/constants.ts';
import { type NamespaceKind, namespaceFlags, namespaceId, namespaceKinds } from '../kernel/namespace.ts';
import type { Box } from '../steps/box.ts';
import { tell } from './say.ts';

/** Copies of 0, 1 and 2 begin here. */
const ASIDE = 100;

/** The kinds of namespaces in which the process is not where we are. */
const ownKinds = (pid: number): NamespaceKind[] =>
  namespaceKinds.filter((kind) => namespaceId(pid, kind) !== namespaceId('self', kind));

/** Runs a shell and waits for its end. The box stays as it is. */
export async function shellAt(box: Box): Promise<void> {
  const kinds = ownKinds(box.process.pid);
  const visitor = BlankProcess.spawn({ keep: [box.process.pidfd] });
  let shell = visitor;
  try {
    const flags = kinds.reduce((sum, kind) => sum | namespaceFlags[kind], 0);
    if (flags !== 0) visitor.call('setns', box.process.pidfd, flags);
    // A pid namespace is for children only.
    if (kinds.includes('pid')) shell = visitor.fork();
    for (const fd of [0, 1, 2]) {
      // Node's own are close-on-exec: copies are not.
      const copy = shell.call('fcntl', fd, F.DUPFD, ASIDE);
      shell.call('dup3', copy, fd, 0);
      shell.call('close', copy);
    }
    const others = namespaceKinds.filter((it) => !kinds.includes(it));
    tell(`a shell at this point; exit comes back
  its own so far: ${kinds.join(', ') || 'nothing'}
  the host’s still: ${others.join(', ') || 'nothing'} – what you change there you change for the whole machine`);
    const env = [`PATH=${process.env.PATH}`, `TERM=${process.env.TERM ?? 'xterm'}`, 'HOME=/', 'PS1=(step) \\w \\$ '];
    shell.exec(['/bin/sh', '/usr/bin/sh'], ['sh', '-i'], env);
    await shell.ended;
  } finally {
    shell.end();
    visitor.end();
  }
}

/** The supervisor's program. Started by the first command that needs one; of two that are started at once the second goes at once. */
import { chdir } from 'node:process';
import { stateRoot } from '../paths.ts';
import { makeStateDirectory } from '../store/files.ts';
import { holdLock } from '../store/lock.ts';
import { lockPath } from './place.ts';
import { Supervisor } from './server.ts';

process.title = 'minidocker supervisor';
// Whoever ends it does so with SIGKILL, or asks it to go: a closed terminal or Ctrl-C is no matter of the containers.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.on(signal, () => undefined);
process.on('uncaughtException', (error) => {
  console.error(`${new Date().toISOString()} ${error.stack}`);
  // The containers live on, and the next supervisor takes them over.
  process.exit(70);
});

makeStateDirectory(stateRoot());
if (holdLock(lockPath()) !== undefined) {
  const supervisor = new Supervisor(() => process.exit(0));
  await supervisor.listen();
  chdir('/');
}

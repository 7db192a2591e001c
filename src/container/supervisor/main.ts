/** The supervisor's program. Started by the first command that needs one, which gives it the lock that only one can hold, as descriptor 3. */
import { host } from '../../kernel/caller.ts';
import { F } from '../../kernel/constants.ts';
import { Supervisor } from './server.ts';

const LOCK = 3;
const FD_CLOEXEC = 1;

process.title = 'minidocker supervisor';
// Whoever ends it does so with SIGKILL, or asks it to go: a closed terminal or Ctrl-C is no matter of the containers.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.on(signal, () => undefined);
process.on('uncaughtException', (error) => {
  console.error(`${new Date().toISOString()} ${error.stack}`);
  // The containers live on, and the next supervisor takes them over. (An ordinary exit would wait for a thread that waits for them.)
  process.kill(process.pid, 'SIGKILL');
});

// Nobody we start is to inherit the lock.
host.call('fcntl', LOCK, F.SETFD, FD_CLOEXEC);
const supervisor = new Supervisor(() => process.exit(0));
await supervisor.listen();
process.chdir('/');

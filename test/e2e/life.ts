/** What the end-to-end tests share: taking everything away again, through the command itself. */
import { supervisorRuns } from '../../src/container/supervisor/client.ts';
import { until } from '../support.ts';
import { command } from './program.ts';

/** Removes every container; waits until the supervisor, which then has nothing to do, is gone. */
export async function tidyUp(): Promise<void> {
  const { stdout } = await command(['ps', '-aq', '--no-trunc']);
  const ids = stdout.split('\n').filter(Boolean);
  if (ids.length > 0) await command(['rm', '-f', '-v', ...ids]);
  await until(() => !supervisorRuns(), 30, 'the supervisor to go');
}

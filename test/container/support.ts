/** What the tests of containers share: ending the supervisor, taking everything away. */
import * as fs from 'node:fs';
import * as engine from '../../src/container/engine.ts';
import { ask, supervisorRuns } from '../../src/container/supervisor/client.ts';
import { until } from '../support.ts';

export { engine };

/** Removes every container, and waits until the supervisor has gone. */
export async function tidyUp(): Promise<void> {
  for (const it of await engine.list({ all: true })) await engine.remove(it.id, { force: true, volumes: true });
  if (supervisorRuns()) await ask({ op: 'leave' }).catch(() => undefined);
  await until(() => !supervisorRuns(), 20, 'the supervisor to go');
}

/** The pid of the supervisor. */
export async function supervisorPid(): Promise<number> {
  return (await ask({ op: 'ping' })).supervisor ?? 0;
}

/** Ends the supervisor without a word. */
export async function killSupervisor(): Promise<void> {
  const pid = await supervisorPid();
  process.kill(pid, 'SIGKILL');
  await until(
    () => !fs.existsSync(`/proc/${pid}`) || /^State:\tZ/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8')),
    20,
  );
  await until(() => !supervisorRuns(), 20);
}

export const statusOf = async (reference: string): Promise<string | undefined> =>
  (await engine.list({ all: true })).find((it) => it.name === reference || it.id === reference)?.status;

/** What it has written so far. */
export async function logText(reference: string, stream?: 'stdout' | 'stderr'): Promise<string> {
  let text = '';
  for await (const line of engine.logs(reference)) if (stream === undefined || line.stream === stream) text += line.log;
  return text;
}

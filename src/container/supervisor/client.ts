/** Asking the supervisor, and starting one where there is none. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isRefusal, UsageError } from '../../kernel/errors.ts';
import { stateRoot } from '../paths.ts';
import { explainState, makeStateDirectory } from '../store/files.ts';
import { holdLock, isHeld } from '../store/lock.ts';
import { journalPath, lockPath, shortSocketPath } from './place.ts';
import { type Answer, Lines, type Request } from './protocol.ts';

const slow = Number(process.env.MINIDOCKER_SLOW ?? 1);
/** How long a new supervisor may take until it listens, in milliseconds. */
const STARTED_WITHIN = 30_000 * slow;

export const supervisorRuns = (): boolean => isHeld(lockPath());

/** The supervisor's program, from source as well as built. A bundle moves this file, to dist or dist/cli: then the program is where it always is below dist. */
function program(): string[] {
  const places = ['./main.ts', '../container/supervisor/main.js', './container/supervisor/main.js', './main.js'];
  const main = places.map((it) => fileURLToPath(new URL(it, import.meta.url))).find((it) => fs.existsSync(it));
  if (!main)
    throw new UsageError('the supervisor’s program is not there: dist is not complete', {
      remedy: 'say npm run build',
    });
  if (!main.endsWith('.ts')) return [main];
  const tsx = createRequire(import.meta.url).resolve('tsx');
  return ['--import', pathToFileURL(tsx).href, main];
}

/**
 * Starts one, unless there is one, without waiting for it. The lock that only a supervisor holds is taken here and handed to it, so that of many who want to start one
 * a single one does.
 */
export function startSupervisor(): void {
  makeStateDirectory(stateRoot());
  const lock = holdLock(lockPath());
  if (lock === undefined) return;
  const journal = explainState(journalPath(), () => fs.openSync(journalPath(), 'a', 0o600));
  try {
    // Few objects live long: a small young generation keeps the memory small.
    const child = spawn(process.execPath, ['--max-semi-space-size=2', ...program()], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'ignore', journal, lock],
    });
    child.on('error', () => undefined);
    child.unref();
  } finally {
    fs.closeSync(journal);
    fs.closeSync(lock);
  }
}

/** @returns undefined where nobody listens */
async function tryConnect(): Promise<Socket | undefined> {
  const { path, close } = shortSocketPath();
  try {
    return await new Promise<Socket>((resolve, reject) => {
      const socket = createConnection(path);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(socket);
      });
    });
  } catch (error) {
    if (isRefusal(error, 'ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE')) return undefined;
    throw error;
  } finally {
    close();
  }
}

async function connect(): Promise<Socket> {
  makeStateDirectory(stateRoot());
  const end = Date.now() + STARTED_WITHIN;
  for (let wait = 2; ; wait = Math.min(wait * 2, 50)) {
    const socket = await tryConnect();
    if (socket) return socket;
    // One that has just gone, or was killed while it started, is followed by another.
    startSupervisor();
    if (Date.now() > end)
      throw new UsageError(`the supervisor has not answered within ${STARTED_WITHIN / 1000} s`, {
        remedy: `see what it says: ${journalPath()}`,
      });
    await sleep(wait);
  }
}

export interface Conversation {
  answer: Answer & { ok: true };
  lines: Lines;
}

/** Asks, and gives the connection, for what comes after the answer. @throws UsageError for a refusal */
export async function converse(request: Request): Promise<Conversation> {
  // A supervisor that goes, or is killed, before it answers is followed by another, which is asked again.
  for (let tries = 0; ; tries++) {
    const lines = new Lines(await connect());
    lines.send(request);
    const answer = (await lines.next()) as Answer | undefined;
    if (answer?.ok) return { answer, lines };
    lines.destroy();
    if (answer) throw new UsageError(answer.message, { exitCode: answer.exitCode });
    if (tries === 4)
      throw new UsageError('the supervisor has ended several times before it answered', {
        remedy: `see what it says: ${journalPath()}`,
      });
  }
}

/** Asks, and is content with the answer. */
export async function ask(request: Request): Promise<Answer & { ok: true }> {
  const { answer, lines } = await converse(request);
  lines.destroy();
  return answer;
}

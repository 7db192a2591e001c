/** What was typed before, kept in a file that only its owner reads. */
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { REPLServer } from 'node:repl';

/** Where the file can't be had, there is no history: that is no reason not to begin. */
export async function openHistory(server: REPLServer, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  await new Promise<void>((done) => server.setupHistory(path, () => done()));
  try {
    chmodSync(path, 0o600);
  } catch {
    // No file, no rights to take away.
  }
}

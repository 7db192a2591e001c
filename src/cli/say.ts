/**
 * Writing to standard output and error by write(2) itself. Node's own streams would set O_NONBLOCK on a pipe that the container's program shares with us, and cost 3 ms to load.
 */
import * as fs from 'node:fs';

/** Whoever read our output has gone: nobody is left to tell. 128 + SIGPIPE, as for a program that does not ignore it. */
const NOBODY_READS = 141;

/** Every byte, as it is. */
export function writeAll(fd: number, text: string | Uint8Array): void {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  for (let done = 0; done < bytes.length; ) {
    try {
      done += fs.writeSync(fd, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(NOBODY_READS);
      if (code !== 'EAGAIN') throw error;
      // Somebody else made it non-blocking: wait a moment for room.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** To standard output; a line where there is none yet. Nothing for an empty text. */
export function say(text: string): void {
  if (text !== '') writeAll(1, text.endsWith('\n') ? text : `${text}\n`);
}

/** To standard error. */
export function tell(text: string): void {
  if (text !== '') writeAll(2, text.endsWith('\n') ? text : `${text}\n`);
}

/** Attached to a detached container: what it writes comes here, what is typed here goes there, through the supervisor. */
import type { Stream } from './logs/files.ts';
import { converse } from './supervisor/client.ts';
import type { Output, Request, Size } from './supervisor/protocol.ts';

/** A connection to a container's input and output. */
export interface Attachment {
  /** What it writes, until it ends or `detach` is called. */
  output(): AsyncGenerator<{ stream: Stream; bytes: Buffer }>;
  write(bytes: Uint8Array): void;
  /** No more input. */
  end(): void;
  resize(size: Size): void;
  /** Lets go; the container goes on. */
  detach(): void;
  /** Its exit code when it has ended; null when that is unknown; undefined when one let go before. After `output` has come to its end. */
  readonly exitCode: number | null | undefined;
}

export async function openAttachment(request: Request): Promise<Attachment> {
  const { lines } = await converse(request);
  let exitCode: number | null | undefined;
  let ended = false;
  async function* output(): AsyncGenerator<{ stream: Stream; bytes: Buffer }> {
    for (;;) {
      const it = (await lines.next()) as Output | undefined;
      if (it === undefined) return;
      if ('exit' in it) {
        exitCode = it.exit;
        ended = true;
        lines.destroy();
        return;
      }
      yield { stream: it.stream, bytes: Buffer.from(it.data, 'base64') };
    }
  }
  return {
    output,
    write: (bytes) => {
      // Short pieces: a line of the protocol has a limit.
      for (let at = 0; at < bytes.length; at += 1 << 16)
        lines.send({ data: Buffer.from(bytes.subarray(at, at + (1 << 16))).toString('base64') });
    },
    end: () => lines.send({ eof: true }),
    resize: (size) => lines.send({ size }),
    detach: () => lines.destroy(),
    get exitCode() {
      return ended ? exitCode : undefined;
    },
  };
}

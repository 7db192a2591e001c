/** Being attached to a container that the supervisor looks after: what it writes comes out here, what is typed here goes in, signals are handed on. */
import type { Attachment } from '../container/engine.ts';
import { DEFAULT_DETACH_KEYS, detachFilter, parseDetachKeys } from '../view/detach.ts';
import { terminalSize } from '../view/terminal.ts';
import { tell, writeAll } from './say.ts';
import { proxySignals } from './signals.ts';

export interface AttachedOptions {
  /** It has a terminal: ours is raw, and its size is told. */
  tty: boolean;
  /** What is typed goes in. */
  input: boolean;
  detachKeys?: string | undefined;
  /** Hands a signal on; undefined: signals are ours. */
  send?: ((signal: number) => void) | undefined;
}

/** @returns its exit code; 0 when one has let go of it. */
export async function stayAttached(attachment: Attachment, options: AttachedOptions): Promise<number> {
  const release = options.input ? typeInto(attachment, options) : () => {};
  const stopProxy = options.send ? proxySignals(options.send, () => attachment.detach()) : () => {};
  const fitSize = (): void => {
    const size = terminalSize();
    if (size) attachment.resize(size);
  };
  if (options.tty) {
    process.stdout.on('resize', fitSize);
    fitSize();
  }
  try {
    for await (const { stream, bytes } of attachment.output()) writeAll(stream === 'stderr' ? 2 : 1, bytes);
  } finally {
    process.stdout.off('resize', fitSize);
    stopProxy();
    release();
  }
  const { exitCode } = attachment;
  if (exitCode === undefined) return 0;
  if (exitCode === null) tell('minidocker: it has ended, and nobody could learn with which exit code');
  return exitCode ?? 125;
}

/** @returns what gives standard input and the terminal back. */
function typeInto(attachment: Attachment, { tty, detachKeys }: AttachedOptions): () => void {
  const { stdin } = process;
  const keys = parseDetachKeys(detachKeys ?? DEFAULT_DETACH_KEYS);
  const raw = tty && stdin.isTTY;
  const filter = raw ? detachFilter(keys) : (typed: Buffer) => ({ pass: typed, detach: false });
  const onTyped = (typed: Buffer): void => {
    const { pass, detach } = filter(typed);
    if (pass.length > 0) attachment.write(pass);
    if (detach) attachment.detach();
  };
  const onEnd = (): void => attachment.end();
  const restore = (): void => void (raw && stdin.setRawMode(false));
  process.on('exit', restore);
  if (raw) stdin.setRawMode(true);
  stdin.on('data', onTyped).on('end', onEnd).resume();
  return () => {
    stdin.off('data', onTyped).off('end', onEnd).pause();
    stdin.unref?.();
    process.off('exit', restore);
    restore();
  };
}

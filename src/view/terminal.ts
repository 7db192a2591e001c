/** The person's terminal joined to a container's: raw mode, size, keys – see termios(3), tty_ioctl(4). Whatever happens, the person's terminal is as it was in the end. */
import * as tty from 'node:tty';
import { host } from '../kernel/caller.ts';
import { F, IOCTL } from '../kernel/constants.ts';
import { isRefusal } from '../kernel/errors.ts';
import { endOfFile } from '../kernel/terminal.ts';
import { asPlumbing } from '../kernel/trace.ts';
import { DEFAULT_DETACH_KEYS, detachFilter, parseDetachKeys } from './detach.ts';

export type TerminalEnd = 'closed' | 'detached';

/** The size of the person's terminal; undefined without one. */
export function terminalSize(): { height: number; width: number } | undefined {
  const { columns, rows } = process.stdout;
  return columns && rows ? { width: columns, height: rows } : undefined;
}

/** Tells a terminal its size: TIOCSWINSZ on the master side; the kernel sends SIGWINCH inside. */
export function resize(master: number, size: { height: number; width: number }): void {
  // struct winsize: rows, columns, and two that nobody uses
  const bytes = new Uint8Array(Uint16Array.of(size.height, size.width, 0, 0).buffer);
  asPlumbing(() => host.call('ioctl', master, IOCTL.TIOCSWINSZ, bytes));
}

export interface TerminalSession {
  /** Settles when the other side has closed the terminal, or the detach keys were typed. */
  ended: Promise<TerminalEnd>;
  /** Gives the person's terminal back at once. Safe to call twice. */
  close(): void;
}

/**
 * Joins standard input and output to the master side of a terminal.
 * @param master a descriptor of Node's; a copy is used, it stays the caller's. @param options.input whether what is typed goes in (run -t without -i: no). @param options.detachKeys false: there are none.
 */
export function joinTerminal(
  master: number,
  options: { input?: boolean; detachKeys?: string | false | undefined } = {},
): TerminalSession {
  const wanted = options.detachKeys ?? DEFAULT_DETACH_KEYS;
  const keys = wanted === false ? [] : parseDetachKeys(wanted);
  const copy = asPlumbing(() => host.call('fcntl', master, F.DUPFD_CLOEXEC, 3));
  const inside = new tty.ReadStream(copy);
  const { stdin, stdout } = process;
  const raw = (options.input ?? true) && stdin.isTTY;
  const filter = raw && keys.length > 0 ? detachFilter(keys) : (typed: Buffer) => ({ pass: typed, detach: false });

  let finish: (end: TerminalEnd) => void = () => {};
  const ended = new Promise<TerminalEnd>((resolve) => {
    finish = resolve;
  });
  const fitSize = (): void => {
    const size = terminalSize();
    if (size && !inside.destroyed) resize(copy, size);
  };
  let last: number | undefined;
  const type = (typed: Buffer): void => {
    const { pass, detach } = filter(typed);
    if (pass.length > 0) inside.write(pass);
    last = pass.at(-1) ?? last;
    if (detach) close('detached');
  };
  // End of file on a terminal is a character: Ctrl-D.
  const endOfInput = (): void => void (raw || inside.write(endOfFile(copy, last)));
  const restore = (): void => void (raw && stdin.setRawMode(false));
  let open = true;
  const close = (end: TerminalEnd): void => {
    if (!open) return;
    open = false;
    stdin.off('data', type).off('end', endOfInput).pause();
    stdin.unref?.();
    stdout.off('resize', fitSize);
    process.off('exit', restore);
    restore();
    inside.destroy();
    finish(end);
  };

  process.on('exit', restore);
  inside.on('data', (data) => stdout.write(data));
  // EIO is how Linux says that nobody holds the slave side any more.
  inside.on('error', (error) => {
    close('closed');
    if (!isRefusal(error, 'EIO', 'ECANCELED', 'EBADF')) throw error;
  });
  inside.on('end', () => close('closed')).on('close', () => close('closed'));
  stdout.on('resize', fitSize);
  fitSize();
  if (options.input ?? true) {
    if (raw) stdin.setRawMode(true);
    stdin.ref?.();
    stdin.on('data', type).on('end', endOfInput).resume();
  }
  return { ended, close: () => close('closed') };
}

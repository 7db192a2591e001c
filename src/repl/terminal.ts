/** Handing the terminal over to the container: what is typed goes to its master side, what it writes is shown, until its program ends – see pty(7), ioctl_tty(2). */
import * as fs from 'node:fs';
import * as tty from 'node:tty';
import { host } from '../kernel/caller.ts';
import { F } from '../kernel/constants.ts';
import { asPlumbing } from '../kernel/trace.ts';
import { resize, terminalSize } from '../view/terminal.ts';

/**
 * Connects the terminal until `ended`, then gives it back as it was. A handle of its own reads the keyboard, so that whoever reads standard input otherwise only has to pause.
 * @param master the container's terminal; closed at the end.
 */
export async function handOver(master: number, ended: Promise<unknown>): Promise<void> {
  // A copy: opened anew it could not be by whoever has changed users in somebody else's terminal (su).
  const keyboard = new tty.ReadStream(asPlumbing(() => host.call('fcntl', 0, F.DUPFD_CLOEXEC, 3)));
  const screen = new tty.ReadStream(master);
  const onResize = (): void => {
    const size = terminalSize();
    if (size) resize(master, size);
  };
  const drained = new Promise<void>((done) => {
    // When the last process has closed the slave side, reading the master is EIO.
    screen.on('error', () => done());
    screen.on('close', () => done());
    screen.on('end', () => done());
  });
  keyboard.setRawMode(true);
  onResize();
  process.stdout.on('resize', onResize);
  keyboard.on('data', (bytes: Buffer) => fs.writeSync(master, bytes));
  screen.on('data', (bytes: Buffer) => process.stdout.write(bytes));
  try {
    await ended;
    await Promise.race([drained, new Promise((go) => setTimeout(go, 200))]);
  } finally {
    process.stdout.off('resize', onResize);
    keyboard.setRawMode(false);
    keyboard.destroy();
    screen.destroy();
  }
}

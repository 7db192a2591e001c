/** Terminals from their master side – see termios(3), ioctl_tty(2), pty(7). */
import { host } from './caller.ts';
import { IOCTL } from './constants.ts';
import { isRefusal } from './errors.ts';
import { asPlumbing } from './trace.ts';

/** struct termios of the kernel: four words of flags, one byte, 19 control characters. */
const SIZE = 36;
const LOCAL_FLAGS = 12;
const CONTROL_CHARACTERS = 17;
const VEOF = 4;
const ICANON = 0o2;
const LINE_FEED = 10;
const RETURN = 13;

/**
 * What has to be typed so that the program at this terminal hears that there is no more input: its end-of-file character (Ctrl-D, unless the program
 * has chosen another). Where lines are put together by the kernel, the first one only hands over a line that was begun, so that there it takes two.
 * @param master a descriptor of Node's. @param last the last byte that was typed, if any
 * @returns nothing where the program has switched the character off, or has closed the terminal
 */
export function endOfFile(master: number, last: number | undefined): Buffer {
  const settings = Buffer.alloc(SIZE);
  try {
    // On the master side these are the settings of the other side.
    asPlumbing(() => host.call('ioctl', master, IOCTL.TCGETS, settings));
  } catch (error) {
    if (!isRefusal(error, 'EIO')) throw error;
    return Buffer.alloc(0);
  }
  const character = settings[CONTROL_CHARACTERS + VEOF]!;
  if (character === 0) return Buffer.alloc(0);
  const isCanonical = (settings.readUInt32LE(LOCAL_FLAGS) & ICANON) !== 0;
  const isBegun = last !== undefined && ![LINE_FEED, RETURN, character].includes(last);
  return Buffer.alloc(isCanonical && isBegun ? 2 : 1, character);
}

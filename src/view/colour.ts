/** Colour, for a terminal only, and not where NO_COLOR is set – see no-color.org. */

/** May this stream be coloured? */
export const colourful = (stream: { isTTY?: boolean } = process.stdout): boolean =>
  Boolean(stream.isTTY) && !process.env.NO_COLOR && process.env.TERM !== 'dumb';

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
} as const;

export type Colour = keyof typeof codes;

/** A painter for a stream: it leaves the text as it is where colour is not wanted. */
export const painter =
  (stream?: { isTTY?: boolean }) =>
  (colour: Colour, text: string): string =>
    colourful(stream) ? `\u001b[${codes[colour][0]}m${text}\u001b[${codes[colour][1]}m` : text;

/** Paints for standard output. */
export const paint = (colour: Colour, text: string): string => painter(process.stdout)(colour, text);

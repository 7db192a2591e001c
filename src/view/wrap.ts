/** Text for reading: lines no longer than the terminal is wide (80 at most), indented. */

const WIDEST = 100;

export const widthOf = (stream: { columns?: number } = process.stdout): number =>
  Math.max(40, Math.min(stream.columns ?? 80, WIDEST));

/** How wide a text is on a terminal: colours take no room. */
const lengthOf = (text: string): number => text.replace(/\u001b\[\d+m/g, '').length;

/** Breaks at blanks. @param indent in front of every line. */
export function wrap(text: string, indent = '', width = widthOf()): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line && indent.length + lengthOf(line) + 1 + lengthOf(word) > width) {
        lines.push(line);
        line = word;
      } else line = line ? `${line} ${word}` : word;
    }
    lines.push(line);
  }
  return lines.map((line) => (line ? indent + line : '')).join('\n');
}

/** Cuts the middle out of what is too long for one line. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const half = Math.floor((length - 1) / 2);
  return `${text.slice(0, length - 1 - half)}…${text.slice(text.length - half)}`;
}

/** Cuts the end off what is too long for one line. */
export const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

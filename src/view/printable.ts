/** Text from outside (names, labels, commands) made harmless for a terminal: a control character could move the cursor, retitle the window or hide a row. */

// C0, DEL, C1, and the characters that turn the direction of writing or are invisible.
const dangerous = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const short: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/** The same text with each control character written out: `\n`, `\e`, `\x07`, `\u202e`. */
export const printable = (text: string): string =>
  text.replace(dangerous, (it) => {
    const code = it.charCodeAt(0);
    return short[it] ?? (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`);
  });

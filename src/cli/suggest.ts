/** What somebody may have meant: the name with the fewest letters changed – see Levenshtein's distance. */

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** The nearest of `names`, if it is near enough to be a slip. */
export function closest(word: string, names: readonly string[]): string | undefined {
  if (word.length > 40) return undefined;
  const near = names
    .map((name) => ({ name, off: name.startsWith(word) && word.length > 1 ? 1 : distance(word, name) }))
    .sort((a, b) => a.off - b.off)[0];
  return near && near.off <= (word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3))) ? near.name : undefined;
}

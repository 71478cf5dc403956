// "Did you mean ...?": the word that takes the fewest edits. Imports nothing.

/** More edits than this are another word, not a slip of the finger. */
const MAX_EDITS = 2;

/** How many letters must be put in, taken out or changed to make one word of the other (Levenshtein's distance). */
function edits(one: string, other: string): number {
  // row[i]: edits from the first i letters of `one` to what has been read of `other`
  let row = Array.from({ length: one.length + 1 }, (_, i) => i);
  for (let j = 1; j <= other.length; j++) {
    const next = [j];
    for (let i = 1; i <= one.length; i++) {
      const change = row[i - 1] + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[i] + 1, next[i - 1] + 1));
    }
    row = next;
  }
  return row[one.length];
}

/** The word that is most like `given`, or null if none is close. */
export function closestName<Word extends string>(given: string, words: readonly Word[]): Word | null {
  const ranked = words.map((word) => ({ word, count: edits(given, word) })).sort((a, b) => a.count - b.count);
  return ranked.length > 0 && ranked[0].count <= MAX_EDITS ? ranked[0].word : null;
}

// "Did you mean ...?": finds the known word with the smallest edit distance.

/** More edits than this are a different word, not a typo. */
const MAX_EDITS = 2;

/**
 * Levenshtein distance: the number of insertions, deletions and substitutions between two words.
 */
function edits(one: string, other: string): number {
  // row[i]: distance between the first i letters of `one` and the first j letters of `other`
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

/** The word closest to `given`, or null if none is close. */
export function closestName<Word extends string>(
  given: string,
  words: readonly Word[],
): Word | null {
  const ranked = words
    .map((word) => ({ word, count: edits(given, word) }))
    .sort((a, b) => a.count - b.count);
  return ranked.length > 0 && ranked[0].count <= MAX_EDITS ? ranked[0].word : null;
}

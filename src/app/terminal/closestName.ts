// "Did you mean ...?": finds the known word with the smallest edit distance.

/** More edits than this are a different word, not a typo. */
const MAX_EDITS = 2;

/**
 * Levenshtein distance: the number of insertions, deletions and substitutions between two words.
 */
function editDistance(a: string, b: string): number {
  // row[i]: distance between the first i letters of `a` and the first j letters of `b`
  let row = Array.from({ length: a.length + 1 }, (_, i) => i);
  for (let j = 1; j <= b.length; j++) {
    const next = [j];
    for (let i = 1; i <= a.length; i++) {
      const substitution = row[i - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[i] + 1, next[i - 1] + 1));
    }
    row = next;
  }
  return row[a.length];
}

/** The word closest to `name`, or null if none is close. */
export function closestName<Name extends string>(
  name: string,
  candidates: readonly Name[],
): Name | null {
  const ranked = candidates
    .map((candidate) => ({ word: candidate, count: editDistance(name, candidate) }))
    .sort((a, b) => a.count - b.count);
  return ranked.length > 0 && ranked[0].count <= MAX_EDITS ? ranked[0].word : null;
}

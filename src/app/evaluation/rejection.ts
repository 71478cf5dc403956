// Rejection of images that are not characters: the evidence for the most probable class is below that
// of nearly all real characters. Networks trained with outliers (training/generated.ts) give them
// nearly equal logits. Host numbers only; the command line and the page share it.

/** Share of the outliers used for calibration that a model rejects ... */
export const REJECTED_OUTLIERS = 0.98;
/** ... unless that rejects more than this share of the characters. */
export const MAX_REJECTED_CHARACTERS = 0.005;

/** When to reject an image. */
export interface Rejection {
  /** Images with less evidence are rejected. */
  readonly minEvidence: number;
  /** Temperature of the probabilities. */
  readonly temperature: number;
}

/**
 * Evidence for the most probable class: how far its logit is above the mean of all logits.
 *
 * The maximum probability cannot tell two look-alikes from no character at all; this can. Measured
 * alternatives (log-sum-exp and the largest logit) reject fewer outliers of unseen kinds.
 *
 * @param logits `[classes]`
 */
export function evidenceOfLogits(logits: ArrayLike<number>): number {
  let [max, sum] = [-Infinity, 0];
  for (let c = 0; c < logits.length; c++) {
    max = Math.max(max, logits[c]);
    sum += logits[c];
  }
  return max - sum / logits.length;
}

/** The same from the probabilities softmax(logits / temperature): their logarithms differ by a constant. */
export function evidenceOf(probabilities: ArrayLike<number>, temperature: number): number {
  return temperature * evidenceOfLogits(Array.from(probabilities, Math.log));
}

/**
 * The evidence that a model requires: most outliers do not reach it, and nearly all characters do.
 *
 * Characters by other people are rejected more often than those of the training data, so their share
 * alone is a poor criterion: thresholds with equal shares rejected 1 to 5 % of them.
 *
 * @param characters logits of images of characters, row by row: `[n, classes]`, n at least 1
 * @param outliers logits of images that are not characters, `[m, classes]`, m at least 1
 */
export function requiredEvidence(
  characters: ArrayLike<number>,
  outliers: ArrayLike<number>,
  classes: number,
): number {
  return Math.min(
    evidenceQuantile(outliers, classes, REJECTED_OUTLIERS),
    evidenceQuantile(characters, classes, MAX_REJECTED_CHARACTERS),
  );
}

/** The evidence that a share of the images does not reach. */
function evidenceQuantile(logits: ArrayLike<number>, classes: number, share: number): number {
  const values = Array.from({ length: logits.length / classes }, (_, row) =>
    evidenceOfLogits(Array.from({ length: classes }, (__, c) => logits[row * classes + c])),
  );
  return values.sort((a, b) => a - b)[Math.floor(share * values.length)];
}

// Rejection of images that are not characters: the evidence for the most probable class is below that
// of nearly all real characters. Networks trained with outliers (training/generated.ts) give them
// nearly equal logits. Host numbers only; the command line and the page share it.

/**
 * Share of the characters used for calibration that a calibrated model rejects. Characters by other
 * people are rejected up to ten times as often, and at most 2 % of them should be.
 */
export const REJECTED_SHARE = 0.002;

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
 * The evidence that a share of the images does not reach.
 *
 * @param logits of images of characters, row by row: `[n, classes]`, n at least 1
 */
export function evidenceQuantile(
  logits: readonly number[],
  classes: number,
  share = REJECTED_SHARE,
): number {
  const rows = Array.from({ length: logits.length / classes }, (_, row) =>
    evidenceOfLogits(logits.slice(row * classes, (row + 1) * classes)),
  );
  return rows.sort((a, b) => a - b)[Math.floor(share * rows.length)];
}

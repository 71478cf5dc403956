// Cross-entropy of logits in host memory; `check` uses it to compare contenders that only support
// inference.

/** Mean of logsumexp(logits) - logits[label] over the rows, in float64. */
export function meanCrossEntropy(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  const classes = logits.length / labels.length;
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    let total = 0;
    for (let c = 0; c < classes; c++) total += Math.exp(logits[row * classes + c]);
    sum += Math.log(total) - logits[row * classes + labels[row]];
  }
  return sum / labels.length;
}

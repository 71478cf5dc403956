// Accuracy of a classifier, computed from predictions and labels. Host numbers only.

import { mergedName } from '../../data/emnist/lookAlikes.js';

export interface ClassScore {
  /** The class's character. */
  readonly name: string;
  /** Images of this class. */
  readonly total: number;
  /** Number of these that were predicted correctly. */
  readonly correct: number;
  /** correct / total; null for a class without images. */
  readonly accuracy: number | null;
}

export interface Score {
  readonly total: number;
  readonly correct: number;
  /** correct / total. */
  readonly accuracy: number;
  /**
   * Mean of the per-class accuracies, independent of class frequency; classes without
   * images are excluded.
   */
  readonly balancedAccuracy: number;
  /** Accuracy when look-alikes (1/I/L, 9/g/q, F/f, 0/O) count as one class each. */
  readonly mergedAccuracy: number;
  readonly perClass: readonly ClassScore[];
}

/**
 * Computes accuracies.
 *
 * @param predictions predicted class index of each image
 * @param labels class index of each image, as long as `predictions`
 * @param classes the name of each class
 */
export function score(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: readonly string[],
): Score {
  const totals = new Array<number>(classes.length).fill(0);
  const hits = new Array<number>(classes.length).fill(0);
  const merged = classes.map(mergedName);
  let correct = 0;
  let mergedCorrect = 0;
  for (let i = 0; i < labels.length; i++) {
    const [predicted, label] = [predictions[i], labels[i]];
    totals[label] += 1;
    if (predicted === label) {
      hits[label] += 1;
      correct += 1;
    }
    if (merged[predicted] === merged[label]) mergedCorrect += 1;
  }
  const total = labels.length;
  const nonEmptyClasses = totals.filter((count) => count > 0).length;
  const balanced = hits.reduce(
    (sum, count, label) => sum + (count === 0 ? 0 : count / totals[label]),
    0,
  );
  return {
    total,
    correct,
    accuracy: correct / total,
    balancedAccuracy: balanced / nonEmptyClasses,
    mergedAccuracy: mergedCorrect / total,
    perClass: classes.map((name, label) => ({
      name,
      total: totals[label],
      correct: hits[label],
      accuracy: totals[label] === 0 ? null : hits[label] / totals[label],
    })),
  };
}

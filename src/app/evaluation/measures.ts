// Classifier metrics beyond accuracy: precision and recall, confused pairs, calibration,
// and a confidence interval of the accuracy. Host numbers only, without a backend. Accuracy
// is in accuracy.ts.

import { Rng } from '../../engine/rng.js';

/** Confusion matrix, row-major `[true][predicted]`, `[classes, classes]`. */
export function confusionCounts(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): Uint32Array {
  const counts = new Uint32Array(classes * classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i] * classes + predictions[i]] += 1;
  return counts;
}

export interface ClassMeasures {
  readonly name: string;
  /** Fraction of the predictions of this class that are correct; null if there are none. */
  readonly precision: number | null;
  /** Fraction of the images of this class that are predicted correctly; null if there are none. */
  readonly recall: number | null;
  /**
   * 2 TP / (2 TP + FP + FN), the harmonic mean of the two; null for a class without
   * images and predictions.
   */
  readonly f1: number | null;
}

/** Precision, recall and F1 of every class. */
export function classMeasures(
  counts: ArrayLike<number>,
  names: readonly string[],
): ClassMeasures[] {
  const n = names.length;
  return names.map((name, c) => {
    let [labelCount, predictedCount] = [0, 0];
    for (let other = 0; other < n; other++) {
      labelCount += counts[c * n + other];
      predictedCount += counts[other * n + c];
    }
    const hits = counts[c * n + c];
    return {
      name,
      precision: predictedCount === 0 ? null : hits / predictedCount,
      recall: labelCount === 0 ? null : hits / labelCount,
      f1: labelCount + predictedCount === 0 ? null : (2 * hits) / (labelCount + predictedCount),
    };
  });
}

/** Unweighted mean of F1 over the classes that have one. */
export function macroF1(measures: readonly ClassMeasures[]): number {
  const values = measures.flatMap(({ f1 }) => (f1 === null ? [] : [f1]));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export interface ConfusedPair {
  readonly label: string;
  readonly read: string;
  readonly count: number;
  /** Fraction of all images of the label. */
  readonly share: number;
}

/** The most frequent confusions, at most `limit` of them; ties stay in class order. */
export function confusedPairs(
  counts: ArrayLike<number>,
  names: readonly string[],
  limit: number,
): ConfusedPair[] {
  const n = names.length;
  const pairs: ConfusedPair[] = [];
  for (let label = 0; label < n; label++) {
    let labelCount = 0;
    for (let predicted = 0; predicted < n; predicted++) labelCount += counts[label * n + predicted];
    for (let predicted = 0; predicted < n; predicted++) {
      const count = counts[label * n + predicted];
      if (predicted !== label && count > 0)
        pairs.push({
          label: names[label],
          read: names[predicted],
          count,
          share: count / labelCount,
        });
    }
  }
  return pairs.sort((a, b) => b.count - a.count).slice(0, limit);
}

/**
 * Top-k accuracy: the fraction of images whose class is among the k most probable. Ties are
 * resolved in class order.
 *
 * @param probabilities `[images, classes]`
 */
export function topAccuracy(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  k: number,
): number {
  const classes = probabilities.length / labels.length;
  let hits = 0;
  for (let i = 0; i < labels.length; i++) {
    const labelProbability = probabilities[i * classes + labels[i]];
    let higher = 0;
    for (let c = 0; c < classes; c++) {
      const other = probabilities[i * classes + c];
      if (other > labelProbability || (other === labelProbability && c < labels[i])) higher += 1;
    }
    if (higher < k) hits += 1;
  }
  return hits / labels.length;
}

export interface CalibrationBin {
  /** Confidences above `from`, up to and including `to`. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean confidence and accuracy of these images; null if there are none. */
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

export interface Calibration {
  /**
   * Expected calibration error: mean absolute difference between confidence and accuracy over the
   * bins, weighted by count.
   */
  readonly error: number;
  readonly bins: readonly CalibrationBin[];
}

/** Number of bins, as in the paper. */
export const CALIBRATION_BINS = 15;

/**
 * Calibration: the confidence of the predictions, in 15 bins of equal width, compared with their
 * accuracy. `ECE = sum over bins of count / n * |accuracy - confidence|`.
 *
 * @param probabilities `[images, classes]`
 * @see C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3
 */
export function calibration(
  probabilities: ArrayLike<number>,
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
): Calibration {
  const classes = probabilities.length / labels.length;
  const sums = Array.from({ length: CALIBRATION_BINS }, () => ({
    count: 0,
    confidence: 0,
    hits: 0,
  }));
  for (let i = 0; i < labels.length; i++) {
    const confidence = probabilities[i * classes + predictions[i]];
    const binIndex = Math.ceil(confidence * CALIBRATION_BINS) - 1;
    const bin = sums[Math.min(CALIBRATION_BINS - 1, Math.max(0, binIndex))];
    bin.count += 1;
    bin.confidence += confidence;
    if (predictions[i] === labels[i]) bin.hits += 1;
  }
  let error = 0;
  for (const { confidence, hits } of sums) error += Math.abs(hits - confidence) / labels.length;
  const bins = sums.map(({ count, confidence, hits }, i) => ({
    from: i / CALIBRATION_BINS,
    to: (i + 1) / CALIBRATION_BINS,
    count,
    confidence: count === 0 ? null : confidence / count,
    accuracy: count === 0 ? null : hits / count,
  }));
  return { error, bins };
}

export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Coverage probability of the interval. */
  readonly level: number;
  readonly resamples: number;
  readonly seed: number;
}

const LEVEL = 0.95;
const RESAMPLES = 1000;

/**
 * Percentile bootstrap interval of an accuracy: the range for other test sets of the same size. It
 * covers the choice of images only, not the randomness of training.
 *
 * @param correct number of correct predictions among `total` images; a resample does not depend
 *   on which ones
 * @see B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7, 1979
 */
export function bootstrapInterval(correct: number, total: number, seed = 0): Interval {
  const rng = new Rng(seed).split('bootstrap');
  const accuracies = Float64Array.from({ length: RESAMPLES }, () => {
    let hits = 0;
    // Draws images with replacement.
    for (let i = 0; i < total; i++) if (rng.below(total) < correct) hits += 1;
    return hits / total;
  }).sort();
  const tail = (1 - LEVEL) / 2;
  return {
    low: accuracies[Math.floor(tail * (RESAMPLES - 1))],
    high: accuracies[Math.ceil((1 - tail) * (RESAMPLES - 1))],
    level: LEVEL,
    resamples: RESAMPLES,
    seed,
  };
}

// Metrics of an evaluation: as one object for `eval --json`, and as text.

import { ArgumentError } from '../../engine/errors.js';
import type { ImageDataset } from '../../data/loading/imageDataset.js';
import type { Evaluation } from './evaluate.js';
import { countStatements, type Statements } from './interpret.js';
import {
  bootstrapInterval,
  calibration,
  classMeasures,
  confusedPairs,
  confusionCounts,
  macroF1,
  topAccuracy,
  type Calibration,
  type ClassMeasures,
  type ConfusedPair,
  type Interval,
} from './measures.js';
import type { ClassScore } from './accuracy.js';
import type { Rejection } from './rejection.js';
import { probabilitiesOf } from '../training/temperature.js';
import { percent } from './percent.js';

/** The metrics of an evaluation, as `--json` prints them. */
export interface Assessment {
  readonly accuracy: number;
  readonly accuracyInterval: Interval;
  readonly correct: number;
  readonly total: number;
  readonly loss: number;
  readonly mergedAccuracy: number;
  /** Mean of the per-class accuracies, independent of class frequency. */
  readonly balancedAccuracy: number;
  readonly top3Accuracy: number;
  readonly macroF1: number;
  /** Temperature that divided the logits. */
  readonly temperature: number;
  /** Expected calibration error with the temperature, and of the plain softmax. */
  readonly calibrationError: number;
  readonly uncalibratedError: number;
  readonly calibration: Calibration['bins'];
  /** Counts of what `predict` would print for the images, and how often it is correct. */
  readonly statements: Statements;
  readonly confusedPairs: readonly ConfusedPair[];
  readonly perClass: readonly (ClassScore & ClassMeasures)[];
}

const MAX_PAIRS = 20;

/** An evaluation with its logits, and the probabilities at the model's temperature. */
export interface CalibratedEvaluation extends Evaluation {
  readonly logits: Float32Array;
  readonly temperature: number;
  readonly probabilities: Float32Array;
}

/**
 * Adds the probabilities at a temperature to an evaluation.
 *
 * @param evaluation with its logits
 * @throws ArgumentError if the evaluation has no logits
 */
export function withTemperature(evaluation: Evaluation, temperature: number): CalibratedEvaluation {
  const { logits, total } = evaluation;
  if (logits === null)
    throw new ArgumentError(
      'assessment: the evaluation has no logits; evaluate with { logits: true }',
    );
  return {
    ...evaluation,
    logits,
    temperature,
    probabilities: probabilitiesOf(logits, logits.length / total, temperature),
  };
}

/**
 * Computes all metrics.
 *
 * @param rejection when the model rejects an image; default: never. Rejected images count in `statements`
 *   only, not as errors.
 */
export function assess(
  evaluation: CalibratedEvaluation,
  dataset: ImageDataset,
  rejection: Rejection | null = null,
): Assessment {
  const { accuracy, correct, total, loss, mergedAccuracy, balancedAccuracy } = evaluation;
  const { perClass, predictions, logits, temperature, probabilities } = evaluation;
  const counts = confusionCounts(predictions, dataset.labels, dataset.classes.length);
  const measures = classMeasures(counts, dataset.classes);
  const { error, bins } = calibration(probabilities, predictions, dataset.labels);
  const uncalibrated =
    temperature === 1 ? probabilities : probabilitiesOf(logits, dataset.classes.length);
  return {
    accuracy,
    accuracyInterval: bootstrapInterval(correct, total),
    correct,
    total,
    loss,
    mergedAccuracy,
    balancedAccuracy,
    top3Accuracy: topAccuracy(probabilities, dataset.labels, 3),
    macroF1: macroF1(measures),
    temperature,
    calibrationError: error,
    uncalibratedError: calibration(uncalibrated, predictions, dataset.labels).error,
    calibration: bins,
    statements: countStatements(probabilities, dataset.labels, dataset.classes, rejection),
    confusedPairs: confusedPairs(counts, dataset.classes, MAX_PAIRS),
    perClass: perClass.map((one, i) => ({ ...one, ...measures[i] })),
  };
}

/** The metrics as text, one line each: name, value and meaning. */
export function summaryOf(assessment: Assessment): readonly (readonly [string, string, string])[] {
  const { accuracy, accuracyInterval, correct, total, mergedAccuracy, top3Accuracy, loss } =
    assessment;
  const { low, high } = accuracyInterval;
  return [
    [
      'accuracy',
      percent(accuracy),
      `${correct} of ${total}; 95 % interval ${percent(low)} to ${percent(high)}`,
    ],
    ['merged', percent(mergedAccuracy), '1/I/L, 9/g/q, F/f and 0/O count as one class each'],
    ['balanced', percent(assessment.balancedAccuracy), 'mean of the per-class accuracies'],
    ['top 3', percent(top3Accuracy), 'the true class is among the three most probable'],
    ['macro F1', percent(assessment.macroF1), 'unweighted mean over the classes'],
    ['loss', loss.toFixed(4), 'mean cross-entropy'],
    [
      'calibration',
      percent(assessment.calibrationError),
      `expected calibration error, 15 bins${atTemperature(assessment)}`,
    ],
    confidentShare(assessment),
    ...rejectedShare(assessment),
  ];
}

/** Fraction of confident predictions, and their accuracy. */
function confidentShare({
  statements: { one, alike, unsure },
  total,
}: Assessment): [string, string, string] {
  const count = one.count + alike.count;
  const accuracyOf = (hits: number, of: number): string => percent(of === 0 ? null : hits / of);
  const meaning =
    `${accuracyOf(one.right + alike.right, count)} of these are correct, look-alikes grouped; ` +
    `of the others ${accuracyOf(unsure.right, unsure.count)}`;
  return ['confident', percent(count / total), meaning];
}

/** Fraction of rejected images; nothing if there are none. */
function rejectedShare({
  statements: { rejected },
  total,
}: Assessment): readonly [string, string, string][] {
  if (rejected.count === 0) return [];
  const meaning = 'not recognized as a letter or digit by predict; not counted as errors above';
  return [['rejected', percent(rejected.count / total), meaning]];
}

function atTemperature({ temperature, uncalibratedError }: Assessment): string {
  if (temperature === 1) return '';
  return `; at temperature ${temperature.toFixed(3)}, ${percent(uncalibratedError)} without it`;
}

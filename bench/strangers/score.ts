// Scores of predictions on handwriting from outside EMNIST.

import { mergedName } from '../../src/data/emnist/lookAlikes.js';
import type { Prediction } from '../../src/app/evaluation/interpret.js';
import type { Sample } from './drawings.js';

/** A sample with its prediction; null for an image without ink. */
export interface Outcome {
  readonly sample: Sample;
  readonly prediction: Prediction | null;
}

/** Shares of all samples, except `confidentErrors`. */
export interface Score {
  readonly count: number;
  /** The most probable class is the label. */
  readonly top1: number;
  /** The same, look-alikes counted as equal. */
  readonly merged: number;
  /** Low confidence, rejected, or no ink found. */
  readonly unsure: number;
  /** Rejected as not a character. */
  readonly rejected: number;
  /** Share of the confident predictions whose named characters do not include the label. */
  readonly confidentErrors: number;
}

/** Whether the prediction is the label, look-alikes counted as equal. A rejected character is wrong. */
export function isMergedCorrect({ sample, prediction }: Outcome): boolean {
  const isRejected = prediction === null || prediction.rejected;
  return !isRejected && mergedName(prediction.top[0].name) === mergedName(sample.label);
}

const isConfident = ({ prediction }: Outcome): boolean => prediction?.sure === true;

/** Whether a confident prediction does not name the label. */
export function isConfidentError(outcome: Outcome): boolean {
  const { sample, prediction } = outcome;
  return isConfident(outcome) && !prediction!.characters.includes(sample.label);
}

export function scoreOf(outcomes: readonly Outcome[]): Score {
  const share = (isCounted: (outcome: Outcome) => boolean, among = outcomes): number =>
    among.length === 0 ? NaN : among.filter(isCounted).length / among.length;
  return {
    count: outcomes.length,
    top1: share(
      ({ sample, prediction }) =>
        prediction?.rejected === false && prediction.top[0].name === sample.label,
    ),
    merged: share(isMergedCorrect),
    unsure: share((outcome) => !isConfident(outcome)),
    rejected: share(({ prediction }) => prediction?.rejected === true),
    confidentErrors: share(isConfidentError, outcomes.filter(isConfident)),
  };
}

/** Outcomes by a property of their samples, in order of first appearance. */
export function groupBy(
  outcomes: readonly Outcome[],
  keyOf: (sample: Sample) => string,
): ReadonlyMap<string, readonly Outcome[]> {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const key = keyOf(outcome.sample);
    groups.set(key, [...(groups.get(key) ?? []), outcome]);
  }
  return groups;
}

/** Digits, capitals or lower case. */
export function kindOf({ written }: Sample): string {
  if (/\d/.test(written)) return 'digits';
  return written === written.toUpperCase() ? 'capitals' : 'lower case';
}

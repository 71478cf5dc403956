// Interprets a row of probabilities: one character, look-alikes, or low confidence. The command
// line and the page share it. Host numbers only.

import { areConfusable, mergedName } from '../../data/emnist/lookAlikes.js';
import { evidenceOf, type Rejection } from './rejection.js';

/** A class with its probability. */
export interface Candidate {
  /** Class index. */
  readonly index: number;
  readonly name: string;
  readonly probability: number;
}

/** The prediction for one image. */
export interface Prediction {
  /** The most probable classes, in descending order. */
  readonly top: readonly Candidate[];
  /**
   * The character, or those that cannot be distinguished without context, most probable first: the
   * members of its group of look-alikes (1/I/L, 9/g/q, F/f, 0/O), or one other confusable character
   * (5/S, 2/Z, 8/B, 6/b/G, I/J, U/V), if at least a tenth as probable.
   */
  readonly characters: readonly string[];
  /** The total probability of the characters in `characters`. */
  readonly probability: number;
  /** True if the prediction is confident: `probability` is at least 0.7, and it is not rejected. */
  readonly sure: boolean;
  /** True if the image is probably not a character; always false for a model without rejection. */
  readonly rejected: boolean;
}

// Measured on the 9,262 validation images with the page's model (docs/model.md), at its calibrated
// probabilities.

/**
 * Minimum probability of another named character, relative to the most probable class. At 0.1, a
 * confident prediction names 1.23 characters on average and includes the correct one in 97.6 % of
 * cases; at 0.5, 1.08 and 95.4 %; at 0.02, 1.29 and 98.2 %.
 */
export const MIN_RELATIVE_PROBABILITY = 0.1;
/**
 * Minimum probability of a confident prediction. 2.1 % of the images are below 0.7, of which 42 % are
 * predicted wrongly, compared with 2.4 % of the others. A threshold of 0.9 would flag 5.5 %, most of
 * them without need (71 %); 0.5 would flag 0.6 %.
 */
export const MIN_CONFIDENCE = 0.7;

/**
 * Interprets a row of probabilities.
 *
 * @param probabilities one per class
 * @param count number of the most probable classes to list
 * @param rejection when to reject the image; default: never
 */
export function interpret(
  probabilities: ArrayLike<number>,
  classes: readonly string[],
  count: number,
  rejection: Rejection | null = null,
): Prediction {
  // The sort is stable: equal probabilities stay in class order.
  const ranked = classes
    .map((name, index): Candidate => ({ index, name, probability: probabilities[index] }))
    .sort((a, b) => b.probability - a.probability);
  const characters = charactersNamed(ranked);
  const probability = Math.min(1, totalOf(characters));
  const rejected =
    rejection !== null && evidenceOf(probabilities, rejection.temperature) < rejection.minEvidence;
  return {
    top: ranked.slice(0, count),
    characters: characters.map(({ name }) => name),
    probability,
    sure: !rejected && probability >= MIN_CONFIDENCE,
    rejected,
  };
}

/**
 * The most probable class with its look-alikes or with one confusable class, whichever are more
 * probable together.
 *
 * @param ranked every class, most probable first
 */
function charactersNamed(ranked: readonly Candidate[]): readonly Candidate[] {
  const [best] = ranked;
  const probable = ranked.filter(
    ({ probability }) => probability >= MIN_RELATIVE_PROBABILITY * best.probability,
  );
  const alike = probable.filter(({ name }) => mergedName(name) === mergedName(best.name));
  const confusable = probable.find(
    ({ name }) => name !== best.name && areConfusable(name, best.name),
  );
  if (confusable === undefined) return alike;
  const pair = [best, confusable];
  return totalOf(pair) > totalOf(alike) ? pair : alike;
}

const totalOf = (candidates: readonly Candidate[]): number =>
  candidates.reduce((sum, { probability }) => sum + probability, 0);

/**
 * Number of predictions of one kind, and how many are correct: the true character is
 * among those listed.
 */
export interface KindCount {
  readonly count: number;
  readonly right: number;
}

/** Predictions on a data set, counted by kind. */
export interface Statements {
  /** One character, with confidence. */
  readonly one: KindCount;
  /** Several look-alikes, with confidence. */
  readonly alike: KindCount;
  /** Low confidence. */
  readonly unsure: KindCount;
  /** Rejected as not a character. */
  readonly rejected: KindCount;
}

/**
 * Counts the predictions of `interpret` on a data set, and how many are correct.
 *
 * @param probabilities `[images, classes]`
 * @param labels class index of each image
 * @param rejection when to reject an image; default: never
 */
export function countStatements(
  probabilities: Float32Array,
  labels: ArrayLike<number>,
  classes: readonly string[],
  rejection: Rejection | null = null,
): Statements {
  const counts = { one: [0, 0], alike: [0, 0], unsure: [0, 0], rejected: [0, 0] };
  for (let i = 0; i < labels.length; i++) {
    const row = probabilities.subarray(i * classes.length, (i + 1) * classes.length);
    const prediction = interpret(row, classes, 1, rejection);
    const tally = counts[kindOf(prediction)];
    tally[0] += 1;
    const isRight = prediction.characters.includes(classes[labels[i]]);
    if (isRight && !prediction.rejected) tally[1] += 1;
  }
  const toKindCount = ([count, right]: number[]): KindCount => ({ count, right });
  return {
    one: toKindCount(counts.one),
    alike: toKindCount(counts.alike),
    unsure: toKindCount(counts.unsure),
    rejected: toKindCount(counts.rejected),
  };
}

function kindOf({ rejected, sure, characters }: Prediction): keyof Statements {
  if (rejected) return 'rejected';
  if (!sure) return 'unsure';
  return characters.length > 1 ? 'alike' : 'one';
}

// Interprets a row of probabilities: one character, look-alikes, or low confidence. The command
// line and the page share it. Host numbers only.

import { mergedName } from '../../data/emnist/lookAlikes.js';
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
   * The character, or the look-alikes that cannot be distinguished without context, most
   * probable first. These are the members of its group (1/I/L, 9/g/q, F/f, 0/O) that are at
   * least a tenth as probable.
   */
  readonly characters: readonly string[];
  /** The total probability of the characters in `characters`. */
  readonly probability: number;
  /** True if the prediction is confident: `probability` is at least 0.7, and it is not rejected. */
  readonly sure: boolean;
  /** True if the image is probably not a character; always false for a model without rejection. */
  readonly rejected: boolean;
}

// Both thresholds were chosen on the 9,262 validation images of the page's first model (original
// recipe, seed 1, docs/model.md), at its calibrated probabilities.

/**
 * Minimum probability of a listed look-alike, relative to the most probable class. At 0.1, a
 * confident prediction lists 1.26 characters on average and includes the correct one in 97.7 % of
 * cases; at 0.5, 1.12 and 95.8 %; at 0.02, 1.30 and 97.9 %.
 */
export const MIN_RELATIVE_PROBABILITY = 0.1;
/**
 * Minimum probability of a confident prediction. Nearly half of the predictions below it are wrong:
 * 4.1 % of the images are below 0.7, of which 45 % are predicted wrongly, compared with 2.3 % of
 * the others. A threshold of 0.9 would flag 11.2 %, three of four of them without need; 0.5 would
 * flag 0.8 %.
 */
const MIN_CONFIDENCE = 0.7;

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
  const [best] = ranked;
  const alike = ranked.filter(
    ({ name, probability }) =>
      mergedName(name) === mergedName(best.name) &&
      probability >= MIN_RELATIVE_PROBABILITY * best.probability,
  );
  const probability = Math.min(
    1,
    alike.reduce((sum, choice) => sum + choice.probability, 0),
  );
  const rejected =
    rejection !== null && evidenceOf(probabilities, rejection.temperature) < rejection.minEvidence;
  return {
    top: ranked.slice(0, count),
    characters: alike.map(({ name }) => name),
    probability,
    sure: !rejected && probability >= MIN_CONFIDENCE,
    rejected,
  };
}

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
}

/**
 * Counts the predictions of `interpret` on a data set, and how many are correct.
 *
 * @param probabilities `[images, classes]`
 * @param labels class index of each image
 */
export function countStatements(
  probabilities: Float32Array,
  labels: ArrayLike<number>,
  classes: readonly string[],
): Statements {
  const counts = { one: [0, 0], alike: [0, 0], unsure: [0, 0] };
  for (let i = 0; i < labels.length; i++) {
    const row = probabilities.subarray(i * classes.length, (i + 1) * classes.length);
    const { characters, sure } = interpret(row, classes, 1);
    const tally = counts[!sure ? 'unsure' : characters.length > 1 ? 'alike' : 'one'];
    tally[0] += 1;
    if (characters.includes(classes[labels[i]])) tally[1] += 1;
  }
  const toKindCount = ([count, right]: number[]): KindCount => ({ count, right });
  return {
    one: toKindCount(counts.one),
    alike: toKindCount(counts.alike),
    unsure: toKindCount(counts.unsure),
  };
}

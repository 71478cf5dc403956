// What to make of a row of probabilities, in words: one character, look-alikes, or doubt. The command line and the page say the
// same. Host numbers only; imports the groups of look-alikes.

import { mergedName } from '../../data/emnist/lookAlikes.js';

export interface Choice {
  /** Number of the class. */
  readonly index: number;
  readonly name: string;
  readonly probability: number;
}

/** What was read in one image. */
export interface Reading {
  /** The likeliest classes, the first one first. */
  readonly top: readonly Choice[];
  /**
   * The character, or the look-alikes that it may be without context, the likeliest first: those of its group
   * (1/I/L, 9/g/q, F/f, 0/O) that are at least a tenth as likely.
   */
  readonly read: readonly string[];
  /** What the characters in `read` have together. */
  readonly probability: number;
  /** Whether that is enough to be believed: at least 0.7. */
  readonly sure: boolean;
}

// Both numbers were chosen on the 9,262 validation images of the page's first model (original recipe, seed 1, docs/model.md), at
// its calibrated probabilities.

/**
 * Characters less likely than this part of the likeliest are not worth naming. At 0.1 a reading without doubt names 1.26 of them
 * on average and holds the right one in 97.7 %; at 0.5 1.12 and 95.8 %, at 0.02 1.30 and 97.9 %.
 */
export const WORTH_NAMING = 0.1;
/**
 * Of readings less probable than this nearly half are wrong: below 0.7 lie 4.1 % of the images, of which 45 % are read wrongly, as
 * against 2.3 % of the others. A limit of 0.9 would doubt 11.2 %, three of four of them for nothing; 0.5 would doubt 0.8 %.
 */
const SURE = 0.7;

/**
 * Puts a row of probabilities into words.
 *
 * @param probabilities one for each class
 * @param count how many of the likeliest to list
 */
export function interpret(
  probabilities: ArrayLike<number>,
  classes: readonly string[],
  count: number,
): Reading {
  // Equal ones stay in the order of the classes.
  const ranked = classes
    .map((name, index): Choice => ({ index, name, probability: probabilities[index] }))
    .sort((a, b) => b.probability - a.probability);
  const [best] = ranked;
  const alike = ranked.filter(
    ({ name, probability }) =>
      mergedName(name) === mergedName(best.name) && probability >= WORTH_NAMING * best.probability,
  );
  const probability = Math.min(
    1,
    alike.reduce((sum, choice) => sum + choice.probability, 0),
  );
  return {
    top: ranked.slice(0, count),
    read: alike.map(({ name }) => name),
    probability,
    sure: probability >= SURE,
  };
}

/** How often something was said, and how often rightly: the true character was among those named. */
export interface Said {
  readonly count: number;
  readonly right: number;
}

/** What was said of the images of a data set. */
export interface Statements {
  /** One character, and no doubt. */
  readonly one: Said;
  /** Several that look alike, and no doubt. */
  readonly alike: Said;
  /** Not sure. */
  readonly unsure: Said;
}

/**
 * Counts what `interpret` says of images, and whether it is right.
 *
 * @param probabilities `[images, classes]`
 * @param labels class number of each image
 */
export function countStatements(
  probabilities: Float32Array,
  labels: ArrayLike<number>,
  classes: readonly string[],
): Statements {
  const counts = { one: [0, 0], alike: [0, 0], unsure: [0, 0] };
  for (let i = 0; i < labels.length; i++) {
    const row = probabilities.subarray(i * classes.length, (i + 1) * classes.length);
    const { read, sure } = interpret(row, classes, 1);
    const said = counts[!sure ? 'unsure' : read.length > 1 ? 'alike' : 'one'];
    said[0] += 1;
    if (read.includes(classes[labels[i]])) said[1] += 1;
  }
  const saidOf = ([count, right]: number[]): Said => ({ count, right });
  return { one: saidOf(counts.one), alike: saidOf(counts.alike), unsure: saidOf(counts.unsure) };
}

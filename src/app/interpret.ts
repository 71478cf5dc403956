// What to make of a row of probabilities, in words: one character, look-alikes, or doubt. The command line and the page say the
// same. Host numbers only; imports the groups of look-alikes.

import { mergedName } from './metrics.js';

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

/** Look-alikes less likely than this part of the likeliest are not worth naming. */
const WORTH_NAMING = 0.1;
/** Of readings less probable than this many are wrong. */
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

// The classes that a group may be, with the probabilities of look-alikes combined, and those offered
// as alternatives.

import { CONFUSABLE, LOOK_ALIKES } from '../../data/emnist/lookAlikes.js';

/** A class with its probability. */
export interface Ranked {
  readonly label: string;
  readonly probability: number;
}

/** Look-alikes, between which the word decides. */
const LOOK_ALIKE_GROUPS: readonly (readonly string[])[] = [...LOOK_ALIKES, ...CONFUSABLE];
/** Minimum probability of a look-alike that gets a share of its group's probability. */
const MIN_LOOK_ALIKE = 0.02;
/** Number of the most probable classes among the alternatives. */
const MOST_PROBABLE = 5;

/**
 * The classes of a group with combined look-alikes, most probable first. The best of a group of
 * look-alikes gets the sum of their probabilities. The others get less, by the square root of their
 * ratio: the network distinguishes look-alikes, but badly.
 */
export function combineLookAlikes(ranked: readonly Ranked[]): Ranked[] {
  return ranked
    .map(({ label, probability }) => {
      const names = LOOK_ALIKE_GROUPS.find((group) => group.includes(label));
      if (names === undefined || probability < MIN_LOOK_ALIKE) return { label, probability };
      const shares = ranked.filter((other) => names.includes(other.label));
      const sum = shares.reduce((total, other) => total + other.probability, 0);
      return { label, probability: sum * Math.sqrt(probability / shares[0].probability) };
    })
    .sort((a, b) => b.probability - a.probability);
}

/**
 * The alternatives for a group, most probable first: the most probable classes, the shown one, and
 * the look-alikes of both the most probable and the shown one.
 *
 * @param combined every class, from `combineLookAlikes`
 * @param shown the class in the text
 */
export function alternativesOf(combined: readonly Ranked[], shown: string): Ranked[] {
  const alike = LOOK_ALIKE_GROUPS.filter(
    (group) => group.includes(combined[0].label) || group.includes(shown),
  ).flat();
  return combined.filter(
    ({ label }, rank) => rank < MOST_PROBABLE || label === shown || alike.includes(label),
  );
}

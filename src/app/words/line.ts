// Conversion of predicted groups to text: the most probable reading of each word, by the network's
// probabilities, look-alikes and context. Each change has a reason.

import { CONFUSABLE, LOOK_ALIKES } from '../../data/emnist/lookAlikes.js';
import { pairScore } from './letterPairs.js';

/** A class with its probability. */
export interface Ranked {
  readonly label: string;
  readonly probability: number;
}

/** A group of parts with its prediction. */
export interface PredictedGroup {
  /** Every class, most probable first. */
  readonly ranked: readonly Ranked[];
  /** Size of its bounding box, in any unit. */
  readonly width: number;
  readonly height: number;
  readonly spaceBefore: boolean;
  /** The character that the user has chosen. */
  readonly chosen?: string | undefined;
}

/** A character that a group may be. */
export interface Alternative {
  readonly text: string;
  /** Probability of its class; look-alikes share the sum of theirs. */
  readonly probability: number;
}

export interface LineCharacter {
  /** The character in the text. */
  readonly text: string;
  /** Why it differs from the network's top class; null if it does not. */
  readonly note: string | null;
  /** Probability of its class; look-alikes share the sum of theirs. 1 if the user has chosen it. */
  readonly probability: number;
  /** The most probable characters. */
  readonly alternatives: readonly Alternative[];
}

export interface Line {
  readonly text: string;
  readonly characters: readonly LineCharacter[];
}

/** Look-alikes, between which the word decides. */
const LOOK_ALIKE_GROUPS: readonly (readonly string[])[] = [...LOOK_ALIKES, ...CONFUSABLE];
/** Minimum probability of a look-alike that gets a share of its group's probability ... */
const MIN_LOOK_ALIKE = 0.02;
/** ... and of any other class to be considered. */
const MIN_PROBABILITY = 0.005;
/** Number of alternatives of a character. */
const ALTERNATIVES = 5;
/** Probability of a digit next to a letter in a word, relative to two digits or two letters. */
const CHANGE_OF_KIND = 0.1;
/** Weight of the letter pairs, and score of a usual pair. A clearly written unusual word is kept. */
const [PAIR_WEIGHT, USUAL_PAIR] = [0.6, -1];
/** A bar without a foot is narrower than this fraction of its height ... */
const BAR_WIDTH = 0.35;
/** ... and a capital L with this probability. */
const BAR_IS_CAPITAL_L = 0.05;
/** A character that is lower than the line's digits and capitals is a digit with this probability. */
const LOW_IS_DIGIT = 0.2;
/** Letters whose two cases are one class in EMNIST Balanced. For these, a low height means lower case ... */
const CASE_BY_HEIGHT = 'CMOSUVWXZ';
/** ... while these are equally tall in both cases, so only their neighbors decide. */
const CASE_BY_NEIGHBORS = 'IJKLPY';
/** Lower-case letters are lower than this fraction of the line's tallest character. */
const MAX_LOWER_CASE_HEIGHT = 0.72;

/** Converts a line, word by word. */
export function resolveLine(groups: readonly PredictedGroup[]): Line {
  const tallest = Math.max(...groups.map(({ height }) => height));
  const words: PredictedGroup[][] = [];
  for (const group of groups) {
    if (group.spaceBefore || words.length === 0) words.push([]);
    words.at(-1)!.push(group);
  }
  const resolved = words.map((word) => resolveWord(word, MAX_LOWER_CASE_HEIGHT * tallest));
  const text = resolved.map((word) => word.map((character) => character.text).join('')).join(' ');
  return { text, characters: resolved.flat() };
}

function resolveWord(word: readonly PredictedGroup[], lowHeight: number): LineCharacter[] {
  const isCapital = isCapitalWord(word, lowHeight);
  const evidence = word.map((group) => evidenceOf(group, lowHeight, isCapital));
  const labels = bestReading(evidence);
  return word.map(({ ranked, height, chosen }, i) => {
    const toText = (label: string): string => withCase(label, height < lowHeight, isCapital);
    const text = chosen ?? toText(labels[i]);
    const combined = combineLookAlikes(ranked);
    const probability = combined.find(({ label }) => label === labels[i])?.probability ?? 1;
    const alternatives = combined
      .slice(0, ALTERNATIVES)
      .map((one) => ({ text: toText(one.label), probability: one.probability }));
    const note = noteOf(text, labels, i, ranked[0].label, chosen);
    return { text, note, probability: chosen === undefined ? probability : 1, alternatives };
  });
}

function noteOf(
  text: string,
  labels: readonly string[],
  index: number,
  original: string,
  chosen: string | undefined,
): string | null {
  if (chosen !== undefined) return chosen === original ? null : 'chosen by you';
  const label = labels[index];
  if (label !== original) {
    const sameKind = labels.every((other) => isDigit(other) === isDigit(label));
    if (sameKind && isDigit(label) !== isDigit(original)) {
      const kind = isDigit(label) ? 'digits' : 'letters';
      return `${original} read as ${text}: the rest of the word is ${kind}`;
    }
    return `${original} read as ${text}: more likely in this word`;
  }
  return text === label ? null : `${label} written small: by its height and its neighbors`;
}

const isDigit = (label: string): boolean => /^\d$/.test(label);

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

/** The classes that a group may be: the user's choice, or those with sufficient probability. */
function evidenceOf(
  { ranked, width, height, chosen }: PredictedGroup,
  lowHeight: number,
  isCapital: boolean,
): Ranked[] {
  if (chosen !== undefined) return [{ label: chosen, probability: 1 }];
  const isBar = width < BAR_WIDTH * height;
  return combineLookAlikes(ranked)
    .filter(({ probability }, i) => i === 0 || probability >= MIN_PROBABILITY)
    .map(({ label, probability }) => {
      if (isDigit(label) && height < lowHeight)
        return { label, probability: LOW_IS_DIGIT * probability };
      if (label === 'L' && isBar && isCapital)
        return { label, probability: BAR_IS_CAPITAL_L * probability };
      return { label, probability };
    });
}

/** The most probable sequence of classes, by the Viterbi algorithm. */
function bestReading(evidence: readonly (readonly Ranked[])[]): readonly string[] {
  let ends: { readonly labels: readonly string[]; readonly score: number }[] = [
    { labels: [], score: 0 },
  ];
  for (const classes of evidence) {
    ends = classes.map(({ label, probability }) => {
      const scores = ends.map(({ labels, score }) => score + transition(labels.at(-1), label));
      const best = scores.indexOf(Math.max(...scores));
      return {
        labels: [...ends[best].labels, label],
        score: scores[best] + Math.log(probability),
      };
    });
  }
  return ends.reduce((best, end) => (end.score > best.score ? end : best)).labels;
}

/** Log probability of two adjacent characters, up to a constant. */
function transition(first: string | undefined, second: string): number {
  if (first === undefined) return 0;
  if (isDigit(first) !== isDigit(second)) return Math.log(CHANGE_OF_KIND);
  return isDigit(first) ? 0 : PAIR_WEIGHT * (pairScore(first, second) - USUAL_PAIR);
}

/** Whether a word is written in capitals, by the letters whose cases are different classes or heights. */
function isCapitalWord(word: readonly PredictedGroup[], lowHeight: number): boolean {
  let balance = 0;
  for (const { ranked, height } of word) {
    const [{ label }] = ranked;
    if (/[abdefghnqrt]/.test(label)) balance -= 1;
    else if (/[ABDEFGHNQRT]/.test(label)) balance += 1;
    else if (CASE_BY_HEIGHT.includes(label)) balance += height < lowHeight ? -1 : 1;
  }
  return balance >= 0;
}

/** A letter of a case-merged class in the case that the line suggests; in doubt upper case, like the class name. */
function withCase(label: string, isLow: boolean, isCapital: boolean): string {
  if (CASE_BY_HEIGHT.includes(label)) return isLow ? label.toLowerCase() : label;
  if (CASE_BY_NEIGHBORS.includes(label)) return isCapital ? label : label.toLowerCase();
  return label;
}

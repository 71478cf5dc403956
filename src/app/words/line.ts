// Conversion of predicted groups to text: the most probable reading of each word, by the network's
// probabilities, look-alikes and context. Each change has a reason.

import { LOOK_ALIKES } from '../../data/emnist/lookAlikes.js';
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
  /** The most probable characters. */
  readonly alternatives: readonly Alternative[];
}

export interface Line {
  readonly text: string;
  readonly characters: readonly LineCharacter[];
}

type Kind = 'digits' | 'letters' | 'mixed';

/** Look-alikes, between which the word decides. */
const LOOK_ALIKE_GROUPS: readonly (readonly string[])[] = [
  ...LOOK_ALIKES,
  ['5', 'S'],
  ['2', 'Z'],
  ['8', 'B'],
  ['6', 'b', 'G'],
];
/** Minimum probability of a look-alike that gets a share of its group's probability ... */
const MIN_LOOK_ALIKE = 0.02;
/** ... and of any other class to be considered. */
const MIN_PROBABILITY = 0.005;
/** Number of alternatives of a character. */
const ALTERNATIVES = 5;
/** Probability of a word that mixes digits and letters, relative to one that does not. */
const MIXED_WORD = 0.02;
/**
 * Weight of the letter pairs. A frequent pair outweighs an unseen one by a factor of up to 5, so a
 * clearly written unusual word is kept.
 */
const PAIR_WEIGHT = 0.5;
/** A bar without a foot is narrower than this fraction of its height ... */
const BAR_WIDTH = 0.25;
/** ... and a capital L with this probability. */
const BAR_IS_CAPITAL_L = 0.05;
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
  const evidence = word.map((group) => evidenceOf(group, isCapital));
  const { kind, labels } = bestReading(evidence);
  return word.map(({ ranked, height, chosen }, i) => {
    const toText = (label: string): string => withCase(label, height < lowHeight, isCapital);
    const text = chosen ?? toText(labels[i]);
    const alternatives = combineLookAlikes(ranked)
      .slice(0, ALTERNATIVES)
      .map(({ label, probability }) => ({ text: toText(label), probability }));
    return { text, note: noteOf(text, labels[i], ranked[0].label, kind, chosen), alternatives };
  });
}

function noteOf(
  text: string,
  label: string,
  original: string,
  kind: Kind,
  chosen: string | undefined,
): string | null {
  if (chosen !== undefined) return chosen === original ? null : 'chosen by you';
  if (label !== original) {
    if (isDigit(label) !== isDigit(original) && kind !== 'mixed')
      return `${original} read as ${text}: the rest of the word is ${kind}`;
    return `${original} read as ${text}: more likely in this word`;
  }
  return text === label ? null : `${label} written small: by its height and its neighbours`;
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
function evidenceOf({ ranked, width, height, chosen }: PredictedGroup, isCapital: boolean): Ranked[] {
  if (chosen !== undefined) return [{ label: chosen, probability: 1 }];
  const isBar = width < BAR_WIDTH * height;
  return combineLookAlikes(ranked)
    .filter(({ probability }, i) => i === 0 || probability >= MIN_PROBABILITY)
    .map(({ label, probability }) => {
      const factor = isBar && isCapital && label === 'L' ? BAR_IS_CAPITAL_L : 1;
      return { label, probability: factor * probability };
    });
}

interface Reading {
  readonly kind: Kind;
  readonly labels: readonly string[];
  /** Log probability, up to a constant. */
  readonly score: number;
}

/** The most probable reading of a word: only digits, only letters, or both. */
function bestReading(evidence: readonly (readonly Ranked[])[]): Reading {
  const only = (digits: boolean): Ranked[][] =>
    evidence.map((classes) => classes.filter(({ label }) => isDigit(label) === digits));
  const readings = [
    read('digits', only(true), () => 0),
    read('letters', only(false), (first, second) => PAIR_WEIGHT * pairScore(first, second)),
    read('mixed', evidence, () => 0),
  ];
  return readings.reduce((best, reading) => (reading.score > best.score ? reading : best));
}

/** The most probable sequence of classes, by the Viterbi algorithm; score -Infinity if there is none. */
function read(
  kind: Kind,
  evidence: readonly (readonly Ranked[])[],
  pair: (first: string, second: string) => number,
): Reading {
  let ends: { labels: readonly string[]; score: number }[] = [
    { labels: [], score: kind === 'mixed' ? Math.log(MIXED_WORD) : 0 },
  ];
  for (const classes of evidence) {
    ends = classes.map(({ label, probability }) => {
      const continued = ends.map(({ labels, score }) => {
        const previous = labels.at(-1);
        return previous === undefined ? score : score + pair(previous, label);
      });
      const best = Math.max(...continued);
      const before = ends[continued.indexOf(best)]?.labels ?? [];
      return { labels: [...before, label], score: best + Math.log(probability) };
    });
  }
  const score = Math.max(...ends.map((end) => end.score));
  return { kind, score, labels: ends.find((end) => end.score === score)?.labels ?? [] };
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

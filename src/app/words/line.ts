// Conversion of predicted groups to text: the most probable reading of each word, by the network's
// probabilities, look-alikes and context. Each change has a reason.

import { alternativesOf, combineLookAlikes, type Ranked } from './alternatives.js';
import { classOf, isCapitalWord, lowerCaseHeight, withCase } from './letterCase.js';
import { pairScore } from './letterPairs.js';

/** A group of parts with its prediction. */
export interface PredictedGroup {
  /** Every class, most probable first. */
  readonly ranked: readonly Ranked[];
  /** Whether the model rejects it as not a letter or digit. Default false. */
  readonly rejected?: boolean;
  /** Size of its bounding box, in any unit. */
  readonly width: number;
  readonly height: number;
  readonly spaceBefore: boolean;
  /** The character that the user has chosen, also for a rejected group. */
  readonly chosen?: string | undefined;
}

/** A character that a group may be. */
export interface Alternative {
  readonly text: string;
  /** Probability of its class; look-alikes share the sum of theirs. */
  readonly probability: number;
}

export interface LineCharacter {
  /** The character in the text; `NOT_A_CHARACTER` if the group is rejected. */
  readonly text: string;
  /** Why it differs from the network's top class; null if it does not. */
  readonly note: string | null;
  /**
   * Probability of its class, or of the top class of a rejected group; look-alikes share the sum of
   * theirs. 1 if the user has chosen it.
   */
  readonly probability: number;
  /** Whether the group is rejected as not a letter or digit. */
  readonly rejected: boolean;
  /** The most probable characters, and look-alikes. */
  readonly alternatives: readonly Alternative[];
}

export interface Line {
  readonly text: string;
  readonly characters: readonly LineCharacter[];
}

/** Stands for a rejected group in the text: the Unicode replacement character. */
export const NOT_A_CHARACTER = '\uFFFD';
/** Minimum probability of a class other than the most probable one to be considered. */
const MIN_PROBABILITY = 0.005;
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

/** Converts a line, word by word. Rejected groups have no influence on the other characters. */
export function resolveLine(groups: readonly PredictedGroup[]): Line {
  const lowHeight = lowerCaseHeight(groups.filter((group) => !isRejected(group)));
  const words: PredictedGroup[][] = [];
  for (const group of groups) {
    if (group.spaceBefore || words.length === 0) words.push([]);
    words.at(-1)!.push(group);
  }
  const resolved = words.map((word) => resolveWord(word, lowHeight));
  const text = resolved.map((word) => word.map((character) => character.text).join('')).join(' ');
  return { text, characters: resolved.flat() };
}

const isRejected = ({ rejected = false, chosen }: PredictedGroup): boolean =>
  rejected && chosen === undefined;

function resolveWord(word: readonly PredictedGroup[], lowHeight: number): LineCharacter[] {
  const isCapital = isCapitalWord(
    word.filter((group) => !isRejected(group)),
    lowHeight,
  );
  const evidence = word.map((group) => evidenceOf(group, lowHeight, isCapital));
  const labels = bestReading(evidence);
  return word.map((group, i) => {
    const { ranked, height, chosen } = group;
    const rejected = isRejected(group);
    const toText = (label: string): string => withCase(label, height < lowHeight, isCapital);
    const text = chosen ?? toText(labels[i]);
    const combined = combineLookAlikes(ranked);
    const shown = rejected ? combined[0].label : classOf(labels[i]);
    const probability = combined.find(({ label }) => label === shown)?.probability ?? 1;
    const alternatives = alternativesOf(combined, shown).map((one) => ({
      text: toText(one.label),
      probability: one.probability,
    }));
    return {
      text,
      note: rejected ? 'not a letter or digit' : noteOf(text, labels, i, ranked[0].label, chosen),
      probability: chosen === undefined ? probability : 1,
      rejected,
      alternatives,
    };
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
    const sameKind = labels.every(
      (other) => other === NOT_A_CHARACTER || isDigit(other) === isDigit(label),
    );
    if (sameKind && isDigit(label) !== isDigit(original)) {
      const kind = isDigit(label) ? 'digits' : 'letters';
      return `Changed ${original} to ${text} because the word is ${kind}`;
    }
    return `Changed ${original} to ${text}, which is more likely in this word`;
  }
  return text === label ? null : `Small ${label}, by its height and its neighbors`;
}

const isDigit = (label: string): boolean => /^\d$/.test(label);

/** The classes that a group may be: the user's choice, or those with sufficient probability. */
function evidenceOf(group: PredictedGroup, lowHeight: number, isCapital: boolean): Ranked[] {
  const { ranked, width, height, chosen } = group;
  if (chosen !== undefined) return [{ label: chosen, probability: 1 }];
  if (isRejected(group)) return [{ label: NOT_A_CHARACTER, probability: 1 }];
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
  if (first === undefined || first === NOT_A_CHARACTER || second === NOT_A_CHARACTER) return 0;
  if (isDigit(first) !== isDigit(second)) return Math.log(CHANGE_OF_KIND);
  return isDigit(first) ? 0 : PAIR_WEIGHT * (pairScore(first, second) - USUAL_PAIR);
}

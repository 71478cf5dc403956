// Conversion of predicted groups to text: other characters of a word resolve its look-alikes. Each change has a reason.

import { LOOK_ALIKES } from '../../../data/emnist/lookAlikes.js';
import type { Ranked } from '../prediction/types.js';

/** A group of strokes with its prediction. */
export interface PredictedGroup {
  /** Every class, most probable first. */
  readonly ranked: readonly Ranked[];
  /** Height of its bounding box, in any unit. */
  readonly height: number;
  readonly spaceBefore: boolean;
}

export interface LineCharacter {
  /** The character in the text. */
  readonly text: string;
  /** Why it differs from the network's top class; null if it does not. */
  readonly note: string | null;
}

export interface Line {
  readonly text: string;
  readonly characters: readonly LineCharacter[];
}

/** Look-alike digits and letters, between which the word decides. */
const LOOK_ALIKE_GROUPS: readonly (readonly string[])[] = [
  ...LOOK_ALIKES,
  ['5', 'S'],
  ['2', 'Z'],
  ['8', 'B'],
  ['6', 'b', 'G'],
];
/** Minimum probability of a look-alike to be considered. */
const MIN_PROBABILITY = 0.02;
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
  const resolved = words.map((word) => resolveWord(word, tallest));
  const text = resolved.map((word) => word.map((character) => character.text).join('')).join(' ');
  return { text, characters: resolved.flat() };
}

function resolveWord(word: readonly PredictedGroup[], tallest: number): LineCharacter[] {
  const kind = kindOf(word);
  const chosen = word.map(({ ranked }) => choose(ranked, kind));
  const labels = chosen.map(({ label }) => label);
  return chosen.map(({ label, original }, i) => {
    const text = withCase(label, word[i].height < MAX_LOWER_CASE_HEIGHT * tallest, labels);
    const reason =
      kind === 'digits' ? 'the rest of the word is digits' : 'the rest of the word is letters';
    if (original !== null) return { text, note: `${original} read as ${text}: ${reason}` };
    return {
      text,
      note: text === label ? null : `${label} written small: by its height and its neighbours`,
    };
  });
}

const isDigit = (label: string): boolean => /^\d$/.test(label);

/** Look-alikes of the other kind with sufficient probability. */
function otherKindAlternatives(ranked: readonly Ranked[]): Ranked[] {
  const [{ label }] = ranked;
  const groups = LOOK_ALIKE_GROUPS.filter((group) => group.includes(label));
  return ranked.filter(
    (other) =>
      isDigit(other.label) !== isDigit(label) &&
      other.probability >= MIN_PROBABILITY &&
      groups.some((group) => group.includes(other.label)),
  );
}

/** The kind of the unambiguous characters of a word; null if there are none, or both kinds. */
function kindOf(word: readonly PredictedGroup[]): 'digits' | 'letters' | null {
  const unambiguous = word.filter(({ ranked }) => otherKindAlternatives(ranked).length === 0);
  const digits = unambiguous.filter(({ ranked }) => isDigit(ranked[0].label)).length;
  if (unambiguous.length === 0 || (digits > 0 && digits < unambiguous.length)) return null;
  return digits > 0 ? 'digits' : 'letters';
}

function choose(
  ranked: readonly Ranked[],
  kind: 'digits' | 'letters' | null,
): { readonly label: string; readonly original: string | null } {
  const [{ label }] = ranked;
  const matchesKind = kind === null || isDigit(label) === (kind === 'digits');
  const alternative = matchesKind ? undefined : otherKindAlternatives(ranked).at(0);
  return alternative === undefined
    ? { label, original: null }
    : { label: alternative.label, original: label };
}

/** A letter of a case-merged class in the case that the line suggests; in doubt upper case, like the class name. */
function withCase(label: string, isLow: boolean, word: readonly string[]): string {
  const lowerCase = label.toLowerCase();
  if (CASE_BY_HEIGHT.includes(label)) return isLow ? lowerCase : label;
  if (!CASE_BY_NEIGHBORS.includes(label)) return label;
  const lowerCount = word.filter((other) => other !== other.toUpperCase()).length;
  const upperCount = word.filter((other) => /[ABDEFGHNQRT]/.test(other)).length;
  return lowerCount > upperCount ? lowerCase : label;
}

// Conversion of predicted groups to text: other characters of a word resolve its look-alikes. Each change has a reason.

import { LOOK_ALIKES } from '../../../data/emnist/lookAlikes.js';
import type { Ranked } from '../prediction/types.js';

/** A group of strokes with its prediction. */
export interface ReadGroup {
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
const ALIKE: readonly (readonly string[])[] = [
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
const CASE_BY_NEIGHBOURS = 'IJKLPY';
/** Lower-case letters are lower than this fraction of the line's tallest character. */
const LOW = 0.72;

/** Converts a line, word by word. */
export function readLine(groups: readonly ReadGroup[]): Line {
  const tallest = Math.max(...groups.map(({ height }) => height));
  const words: ReadGroup[][] = [];
  for (const group of groups) {
    if (group.spaceBefore || words.length === 0) words.push([]);
    words.at(-1)!.push(group);
  }
  const read = words.map((word) => readWord(word, tallest));
  const text = read.map((word) => word.map((character) => character.text).join('')).join(' ');
  return { text, characters: read.flat() };
}

function readWord(word: readonly ReadGroup[], tallest: number): LineCharacter[] {
  const kind = kindOf(word);
  const chosen = word.map(({ ranked }) => choose(ranked, kind));
  const plain = chosen.map(({ label }) => label);
  return chosen.map(({ label, from }, i) => {
    const text = inCase(label, word[i].height < LOW * tallest, plain);
    const why =
      kind === 'digits' ? 'the rest of the word is digits' : 'the rest of the word is letters';
    if (from !== null) return { text, note: `${from} read as ${text}: ${why}` };
    return {
      text,
      note: text === label ? null : `${label} written small: by its height and its neighbours`,
    };
  });
}

const isDigit = (label: string): boolean => /^\d$/.test(label);

/** Look-alikes of the other kind with sufficient probability. */
function others(ranked: readonly Ranked[]): Ranked[] {
  const [{ label }] = ranked;
  const groups = ALIKE.filter((group) => group.includes(label));
  return ranked.filter(
    (other) =>
      isDigit(other.label) !== isDigit(label) &&
      other.probability >= MIN_PROBABILITY &&
      groups.some((group) => group.includes(other.label)),
  );
}

/** The kind of the unambiguous characters of a word; null if there are none, or both kinds. */
function kindOf(word: readonly ReadGroup[]): 'digits' | 'letters' | null {
  const firm = word.filter(({ ranked }) => others(ranked).length === 0);
  const digits = firm.filter(({ ranked }) => isDigit(ranked[0].label)).length;
  if (firm.length === 0 || (digits > 0 && digits < firm.length)) return null;
  return digits > 0 ? 'digits' : 'letters';
}

function choose(
  ranked: readonly Ranked[],
  kind: 'digits' | 'letters' | null,
): { readonly label: string; readonly from: string | null } {
  const [{ label }] = ranked;
  const fits = kind === null || isDigit(label) === (kind === 'digits');
  const other = fits ? undefined : others(ranked).at(0);
  return other === undefined ? { label, from: null } : { label: other.label, from: label };
}

/** A letter of a case-merged class in the case that the line suggests; in doubt upper case, like the class name. */
function inCase(label: string, low: boolean, word: readonly string[]): string {
  const small = label.toLowerCase();
  if (CASE_BY_HEIGHT.includes(label)) return low ? small : label;
  if (!CASE_BY_NEIGHBOURS.includes(label)) return label;
  const lower = word.filter((other) => other !== other.toUpperCase()).length;
  const upper = word.filter((other) => /[ABDEFGHNQRT]/.test(other)).length;
  return lower > upper ? small : label;
}

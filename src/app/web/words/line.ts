// From what was read in each group to a line of text: what one character cannot tell, its word may. Says of every character what it
// was before and why. Pure; imports the groups of look-alikes.

import { LOOK_ALIKES } from '../../../data/emnist/lookAlikes.js';
import type { Ranked } from '../prediction/types.js';

/** One group of strokes, read. */
export interface ReadGroup {
  /** Every class, the likeliest first. */
  readonly ranked: readonly Ranked[];
  /** Height of its box, in any unit. */
  readonly height: number;
  readonly spaceBefore: boolean;
}

export interface LineCharacter {
  /** What stands in the text. */
  readonly text: string;
  /** Why it is not what the network found likeliest, or null. */
  readonly note: string | null;
}

export interface Line {
  readonly text: string;
  readonly characters: readonly LineCharacter[];
}

/** Digits and letters that hands write alike; a word may decide between them. */
const ALIKE: readonly (readonly string[])[] = [
  ...LOOK_ALIKES,
  ['5', 'S'],
  ['2', 'Z'],
  ['8', 'B'],
  ['6', 'b', 'G'],
];
/** A look-alike that the network finds less probable than this is no choice. */
const LEAST = 0.02;
/** EMNIST Balanced has one class for both cases of these. Those of the first row are small when they are low ... */
const CASE_BY_HEIGHT = 'CMOSUVWXZ';
/** ... these are about as tall in both cases: only their neighbours tell. */
const CASE_BY_NEIGHBOURS = 'IJKLPY';
/** Small letters are lower than this part of the line's tallest character. */
const LOW = 0.72;

/** Reads a line, word by word. */
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
    const why = kind === 'digits' ? 'the rest of the word is digits' : 'the rest of the word is letters';
    if (from !== null) return { text, note: `${from} read as ${text}: ${why}` };
    return { text, note: text === label ? null : `${label} written small: by its height and its neighbours` };
  });
}

const isDigit = (label: string): boolean => /^\d$/.test(label);

/** Look-alikes of the other kind that are probable enough to be meant. */
function others(ranked: readonly Ranked[]): Ranked[] {
  const [{ label }] = ranked;
  const groups = ALIKE.filter((group) => group.includes(label));
  return ranked.filter(
    (other) =>
      isDigit(other.label) !== isDigit(label) &&
      other.probability >= LEAST &&
      groups.some((group) => group.includes(other.label)),
  );
}

/** What the characters of a word that can be nothing else are; null if there are none, or of both kinds. */
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

/** A letter that has one class for both cases, in the case that the line suggests; in doubt a capital, as its class is called. */
function inCase(label: string, low: boolean, word: readonly string[]): string {
  const small = label.toLowerCase();
  if (CASE_BY_HEIGHT.includes(label)) return low ? small : label;
  if (!CASE_BY_NEIGHBOURS.includes(label)) return label;
  const lower = word.filter((other) => other !== other.toUpperCase()).length;
  const upper = word.filter((other) => /[ABDEFGHNQRT]/.test(other)).length;
  return lower > upper ? small : label;
}

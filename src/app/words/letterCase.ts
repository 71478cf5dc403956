// Upper and lower case of the letters of a word, from their heights and their neighbors. EMNIST
// Balanced has one class for both cases of 15 letters.

import type { Ranked } from './alternatives.js';

/** A character of a word. */
interface SizedGroup {
  /** Every class, most probable first. */
  readonly ranked: readonly Ranked[];
  readonly height: number;
}

/** Letters whose two cases are one class. For these, a low height means lower case ... */
const CASE_BY_HEIGHT = 'CMOSUVWXZ';
/** ... while these are equally tall in both cases, so only their neighbors decide. */
const CASE_BY_NEIGHBORS = 'IJKLPY';
/** Lower-case letters are lower than this fraction of the line's tallest character. */
const MAX_LOWER_CASE_HEIGHT = 0.72;

/** Lower-case letters of a line are lower than this. */
export function lowerCaseHeight(groups: readonly Pick<SizedGroup, 'height'>[]): number {
  return MAX_LOWER_CASE_HEIGHT * Math.max(...groups.map(({ height }) => height));
}

/** Whether a word is written in capitals, by the letters whose cases are different classes or heights. */
export function isCapitalWord(word: readonly SizedGroup[], lowHeight: number): boolean {
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
export function withCase(label: string, isLow: boolean, isCapital: boolean): string {
  if (CASE_BY_HEIGHT.includes(label)) return isLow ? label.toLowerCase() : label;
  if (CASE_BY_NEIGHBORS.includes(label)) return isCapital ? label : label.toLowerCase();
  return label;
}

/** The class of a character: a letter of a case-merged class belongs to that of its capital. */
export function classOf(text: string): string {
  const capital = text.toUpperCase();
  return isCaseMerged(capital) ? capital : text;
}

/** The other case of a letter whose two cases are one class; null for other characters. */
export function otherCase(text: string): string | null {
  const capital = text.toUpperCase();
  if (!isCaseMerged(capital)) return null;
  return text === capital ? text.toLowerCase() : capital;
}

const isCaseMerged = (capital: string): boolean =>
  (CASE_BY_HEIGHT + CASE_BY_NEIGHBORS).includes(capital);

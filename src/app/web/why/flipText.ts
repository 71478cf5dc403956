// Sentences about a change of the prediction.

import { percent } from '../prediction/verdict.js';

/** The result of a search: characters, number of dabs, and the target's probability before and after. */
export interface FlipResult {
  readonly found: boolean;
  readonly from: string;
  readonly to: string;
  readonly dabs: number;
  readonly before: number;
  readonly after: number;
}

/** "7 dabs turn g into 9: probability 3 % to 61 %." */
export function flipSentence({ found, from, to, dabs, before, after }: FlipResult): string {
  if (!found)
    return `No change of a few dabs that turns this ${from} into ${to} was found. Try a more similar character.`;
  const count = dabs === 1 ? '1 dab turns' : `${dabs} dabs turn`;
  return `${count} ${from} into ${to}: probability ${percent(before)} to ${percent(after)}.`;
}

/** "Dab 3 of 7". */
export function stepLabel(step: number, steps: number): string {
  return step === 0 ? 'Your drawing' : `Dab ${step} of ${steps}`;
}

/** Characters whose names start with a vowel: "an 8", "an R". */
const VOWEL_NAMES = new Set('8AEFHILMNORSXaefhilmnorsx');

/** The indefinite article of a character's name. */
export function articleOf(character: string): 'a' | 'an' {
  return VOWEL_NAMES.has(character) ? 'an' : 'a';
}

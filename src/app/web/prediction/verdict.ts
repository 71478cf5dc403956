// Conversion of class probabilities to a ranking and a text for the visitor, with the rules of the command line (interpret.ts).

import { interpret, MIN_RELATIVE_PROBABILITY } from '../../evaluation/interpret.js';
import type { Rejection } from '../../evaluation/rejection.js';
import type { Ranked, Verdict } from './types.js';

/**
 * Maximum number of characters named in an uncertain verdict. On the uncertain validation images the right class is the top
 * one in 55 %, in the top two in 87 %, top three in 94 %, top four in 97 %.
 */
const MAX_NAMED = 3;

/**
 * Ranks the classes and makes a verdict: one character, several look-alikes, not sure, or not a character.
 *
 * @param probabilities calibrated, [classes]
 * @param rejection when to reject a drawing as not a character; default: never
 */
export function summarizeProbabilities(
  probabilities: Float32Array,
  classes: readonly string[],
  rejection: Rejection | null = null,
): { readonly ranked: readonly Ranked[]; readonly verdict: Verdict } {
  const prediction = interpret(probabilities, classes, classes.length, rejection);
  const { top, characters: read, sure, rejected } = prediction;
  const ranked = top.map(({ index, name, probability }) => ({ index, label: name, probability }));
  if (rejected) return { ranked, verdict: rejectedVerdict(ranked) };
  return { ranked, verdict: sure ? confidentVerdict(read) : uncertainVerdict(ranked) };
}

function confidentVerdict(group: readonly string[]): Verdict {
  return {
    kind: group.length === 1 ? 'sure' : 'alike',
    label: group[0],
    text: group.join(' or '),
    group,
  };
}

function rejectedVerdict([{ label }]: readonly Ranked[]): Verdict {
  return { kind: 'rejected', label, text: 'not a letter or digit', group: [] };
}

function uncertainVerdict(ranked: readonly Ranked[]): Verdict {
  const [best] = ranked;
  const group = ranked
    .slice(0, MAX_NAMED)
    .filter(({ probability }) => probability >= MIN_RELATIVE_PROBABILITY * best.probability)
    .map(({ label }) => label);
  return { kind: 'unsure', label: best.label, text: `not sure: ${group.join(', ')}`, group };
}

/** Formats a probability in whole percent, never as 0 % or 100 %: "97 %", "< 1 %", "> 99 %"; with no-break spaces. */
export function percent(probability: number): string {
  const rounded = Math.round(probability * 100);
  if (rounded < 1) return '<\u202f1\u202f%';
  if (rounded > 99) return '>\u202f99\u202f%';
  return `${rounded}\u202f%`;
}

// From probabilities to what is said of a drawing: the classes in order, and a sentence. Host numbers only, no network, no
// elements. Imports interpret.ts, which decides for the command line, too.

import { interpret, WORTH_NAMING } from '../../evaluation/interpret.js';
import type { Ranked, Verdict } from './types.js';

/**
 * In doubt at most so many characters are named. On the validation images in doubt the right one is the likeliest in 54 %, among
 * two in 85 %, among three in 91 %, among four in 93 %.
 */
const MOST_NAMED = 3;

/**
 * Ranks the classes and says what the drawing is: a character, several that look alike, or not sure.
 *
 * @param probabilities calibrated, one for each class
 */
export function judge(
  probabilities: Float32Array,
  classes: readonly string[],
): { readonly ranked: readonly Ranked[]; readonly verdict: Verdict } {
  const { top, read, sure } = interpret(probabilities, classes, classes.length);
  const ranked = top.map(({ index, name, probability }) => ({ index, label: name, probability }));
  return { ranked, verdict: sure ? believed(read) : doubted(ranked) };
}

function believed(group: readonly string[]): Verdict {
  return { kind: group.length === 1 ? 'sure' : 'alike', label: group[0], text: group.join(' or '), group };
}

function doubted(ranked: readonly Ranked[]): Verdict {
  const [best] = ranked;
  const group = ranked
    .slice(0, MOST_NAMED)
    .filter(({ probability }) => probability >= WORTH_NAMING * best.probability)
    .map(({ label }) => label);
  return { kind: 'unsure', label: best.label, text: `not sure: ${group.join(', ')}`, group };
}

// A recorded example of a correction, shown before the first one: the sample between 5 and S, corrected to 5.
// Both predictions were measured with the page's model.

import { imageOf } from '../pad/drawing.js';
import { SAMPLES, strokesOf } from '../pad/samples/sampleCharacters.js';
import type { Ranked } from '../prediction/types.js';

const sample = SAMPLES.find(({ name }) => name.endsWith('5 and S')) ?? SAMPLES[0];

/** Classes with their probabilities; the indices are not used. */
function ranked(...entries: readonly (readonly [label: string, probability: number])[]): Ranked[] {
  return entries.map(([label, probability], index) => ({ index, label, probability }));
}

export const EXAMPLE = {
  label: '5',
  before: { image: imageOf(strokesOf(sample.path)), ranked: ranked(['S', 0.928], ['5', 0.064]) },
  after: { ranked: ranked(['5', 0.913], ['S', 0.08]) },
} as const;

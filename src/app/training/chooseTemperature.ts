// Decides whether a temperature improves the probabilities of a model, by cross-validation. A
// temperature fitted on few images can worsen them. Host numbers only, so the page uses it too.

import { crossEntropyAt, fitTemperature } from './temperature.js';

/** Minimum number of validation images. */
const MIN_IMAGES = 500;
const FOLDS = 5;

/** A temperature, and why it is 1 if none is used. */
export interface ChosenTemperature {
  readonly temperature: number;
  /** Null if the temperature was fitted. */
  readonly reason: string | null;
}

/**
 * Fits the temperature, or returns 1 for fewer than 500 images, or if temperatures fitted on four
 * fifths of the images do not lower the mean negative log-likelihood of the remaining fifths.
 *
 * @param logits `[n, classes]`, of images that the network was not trained on
 * @param labels `[n]`, class indices
 * @param images number of real images among them; default n
 */
export function chooseTemperature(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  images = labels.length,
): ChosenTemperature {
  if (images < MIN_IMAGES)
    return { temperature: 1, reason: `fewer than ${MIN_IMAGES} validation images` };
  const classes = logits.length / labels.length;
  let [lossWith, lossWithout] = [0, 0];
  for (let fold = 0; fold < FOLDS; fold++) {
    const held = rowsWhere(logits, labels, classes, (row) => row % FOLDS === fold);
    const rest = rowsWhere(logits, labels, classes, (row) => row % FOLDS !== fold);
    const temperature = fitTemperature(rest.logits, rest.labels);
    lossWith += held.labels.length * crossEntropyAt(temperature, held.logits, held.labels);
    lossWithout += held.labels.length * crossEntropyAt(1, held.logits, held.labels);
  }
  if (lossWith < lossWithout) return { temperature: fitTemperature(logits, labels), reason: null };
  return { temperature: 1, reason: 'cross-validation shows no lower loss with another one' };
}

function rowsWhere(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  isSelected: (row: number) => boolean,
): { readonly logits: Float64Array; readonly labels: number[] } {
  const rows = Array.from({ length: labels.length }, (_, row) => row).filter(isSelected);
  const selected = new Float64Array(rows.length * classes);
  rows.forEach((row, i) => {
    for (let c = 0; c < classes; c++) selected[i * classes + c] = logits[row * classes + c];
  });
  return { logits: selected, labels: rows.map((row) => labels[row]) };
}

// Splits of a data set into parts, for example for training and validation.

import { ArgumentError } from '../../engine/errors.js';
import { checkRng } from '../../engine/options.js';
import type { Rng } from '../../engine/rng.js';
import { format } from '../../engine/shape.js';
import { Subset, type Dataset } from './dataset.js';
import { selectImages, type ImageDataset } from './imageDataset.js';

/**
 * Splits a data set at random into parts without common examples. It depends only on the key of
 * `rng`.
 *
 * @param lengths the number of examples of each part, or fractions that sum to 1; what rounding
 *   leaves over goes to the first parts, one example each
 * @throws ArgumentError if the lengths sum neither to `dataset.length` nor to 1
 * @see https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.random_split
 * @example
 * const dataset = new ArrayDataset({ inputs: new Float32Array(10) });
 * const [train, validation] = randomSplit(dataset, [0.8, 0.2], new Rng(1));
 * print(train.length, validation.length); // 8 2
 */
export function randomSplit<Name extends string>(
  dataset: Dataset<Name>,
  lengths: readonly number[],
  rng: Rng,
): Subset<Name>[] {
  checkRng('randomSplit', rng);
  const counts = countsOf(lengths, dataset.length);
  const order = rng.split('random-split').permutation(dataset.length);
  let start = 0;
  return counts.map((count) => new Subset(dataset, order.subarray(start, (start += count))));
}

/** The number of examples of each part. */
function countsOf(lengths: readonly number[], total: number): number[] {
  const sum = lengths.reduce((all, length) => all + length, 0);
  const valid = lengths.every((length) => length >= 0);
  if (valid && sum === total && lengths.every(Number.isSafeInteger)) return [...lengths];
  if (!valid || Math.abs(sum - 1) > 1e-9) {
    throw new ArgumentError(
      `randomSplit: lengths must be whole numbers that sum to ${total}, the number of examples, or` +
        ` fractions that sum to 1; got ${format(lengths)}, which sum to ${sum}`,
    );
  }
  const counts = lengths.map((fraction) => Math.floor(total * fraction));
  const left = total - counts.reduce((all, count) => all + count, 0);
  for (let i = 0; i < left; i++) counts[i % counts.length] += 1;
  return counts;
}

/** Indices of the examples in each part, in the original order. */
export interface SplitIndices {
  readonly train: readonly number[];
  readonly validation: readonly number[];
}

/**
 * Splits off a seeded fraction of every class for validation: `round(fraction * count)` examples
 * each.
 *
 * Both parts keep the original order, so only membership is random. It depends only on the key of
 * `rng` and on the labels.
 *
 * @param labels the class index of each example
 * @throws ArgumentError unless 0 < fraction < 1
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.train_test_split.html
 * @example
 * const labels = [0, 0, 1, 1, 1, 1];
 * const { train, validation } = stratifiedIndices(labels, 0.5, new Rng(1));
 * print(train.length, validation.length); // 3 3
 */
export function stratifiedIndices(
  labels: ArrayLike<number>,
  fraction: number,
  rng: Rng,
): SplitIndices {
  checkRng('stratifiedIndices', rng);
  if (!(fraction > 0 && fraction < 1)) {
    throw new ArgumentError(
      `stratifiedIndices: fraction must lie between 0 and 1, exclusive, got ${fraction}`,
    );
  }
  const allIndices = Array.from({ length: labels.length }, (_, index) => index);
  const indicesByClass = new Map<number, number[]>();
  for (const index of allIndices) {
    const indices = indicesByClass.get(labels[index]);
    if (indices === undefined) indicesByClass.set(labels[index], [index]);
    else indices.push(index);
  }
  const isValidation = new Uint8Array(labels.length);
  for (const [label, indices] of indicesByClass) {
    const order = rng.split(`class-${label}`).permutation(indices.length);
    for (const position of order.subarray(0, Math.round(fraction * indices.length)))
      isValidation[indices[position]] = 1;
  }
  return {
    train: allIndices.filter((index) => isValidation[index] === 0),
    validation: allIndices.filter((index) => isValidation[index] === 1),
  };
}

/**
 * The two parts of `stratifiedIndices` as data sets; the images are copied.
 *
 * @throws ArgumentError unless 0 < fraction < 1
 * @example
 * const dataset = syntheticDataset({ seed: 1, count: 94 }); // two images of each class
 * const { train, validation } = stratifiedSplit(dataset, 0.5, new Rng(1));
 * print(train.length, validation.length); // 47 47
 */
export function stratifiedSplit(
  dataset: ImageDataset,
  fraction: number,
  rng: Rng,
): { readonly train: ImageDataset; readonly validation: ImageDataset } {
  const { train, validation } = stratifiedIndices(dataset.labels, fraction, rng);
  return {
    train: selectImages(dataset, train, `${dataset.name}, training part`),
    validation: selectImages(dataset, validation, `${dataset.name}, validation part`),
  };
}

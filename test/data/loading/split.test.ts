// Splits: sizes, membership and reproducibility of the stratified and the random split.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrayDataset } from '../../../src/data/loading/arrayDataset.js';
import type { Subset } from '../../../src/data/loading/dataset.js';
import { classCounts, imageAt, type ImageDataset } from '../../../src/data/loading/imageDataset.js';
import {
  randomSplit,
  stratifiedIndices,
  stratifiedSplit,
} from '../../../src/data/loading/split.js';
import { Rng } from '../../../src/engine/rng.js';
import { numberedDataset } from '../support.js';

/** The indices of a data set's images in the numbered data set they came from. */
function members(dataset: ImageDataset): number[] {
  return Array.from({ length: dataset.length }, (_, i) => imageAt(dataset, i)[0]);
}

describe('stratifiedSplit', () => {
  const labelLists = fc.array(fc.nat({ max: 4 }), { maxLength: 120 });
  const fractions = fc.double({ min: 0.01, max: 0.99, noNaN: true });

  it('puts round(fraction * count) of each class into validation, each image once', () => {
    fc.assert(
      fc.property(labelLists, fractions, fc.nat(), (labels, fraction, seed) => {
        const dataset = numberedDataset(labels, 5);
        const { train, validation } = stratifiedSplit(dataset, fraction, new Rng(seed));
        const expected = [...classCounts(dataset)].map((count) => Math.round(fraction * count));
        expect([...classCounts(validation)]).toEqual(expected);
        const all = [...members(train), ...members(validation)].sort((a, b) => a - b);
        expect(all).toEqual(labels.map((_, index) => index));
        for (const part of [train, validation]) {
          const order = members(part);
          expect(order).toEqual(order.toSorted((a, b) => a - b));
          expect([...part.labels]).toEqual(order.map((index) => labels[index]));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('depends only on the seed, not on earlier draws', () => {
    const dataset = numberedDataset(Array.from({ length: 100 }, (_, i) => i % 5));
    const split = (rng: Rng): number[] => members(stratifiedSplit(dataset, 0.2, rng).validation);
    const used = new Rng(7);
    used.bits();
    expect(split(used)).toEqual(split(new Rng(7)));
    expect(split(new Rng(8))).not.toEqual(split(new Rng(7)));
  });

  it.each([0, 1, -0.1, 1.5, NaN])('rejects the fraction %s', (fraction) => {
    expect(() => stratifiedSplit(numberedDataset([1]), fraction, new Rng(1))).toThrow(
      /between 0 and 1/,
    );
  });
});

describe('stratifiedIndices', () => {
  it('accepts the labels of any data set', () => {
    const { train, validation } = stratifiedIndices(
      Int32Array.of(500, -1, 500, -1, 500, 500),
      0.5,
      new Rng(1),
    );
    expect(validation).toHaveLength(3);
    expect(validation.filter((index) => index === 1 || index === 3)).toHaveLength(1);
    expect([...train, ...validation].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('randomSplit', () => {
  const dataset = new ArrayDataset({ inputs: Array.from({ length: 11 }, (_, i) => i) });
  const sizes = (parts: readonly Subset<'inputs'>[]): number[] => parts.map(({ length }) => length);

  it('puts each example into one part', () => {
    const parts = randomSplit(dataset, [3, 8], new Rng(4));
    expect(sizes(parts)).toEqual([3, 8]);
    const values = parts.flatMap((part) =>
      Array.from({ length: part.length }, (_, i) => part.get(i).inputs as number),
    );
    expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: 11 }, (_, i) => i));
  });

  it('accepts fractions; the first parts get what rounding leaves over', () => {
    const split = (...lengths: number[]): number[] =>
      sizes(randomSplit(dataset, lengths, new Rng(1)));
    // As torch.utils.data.random_split.
    expect(split(0.5, 0.5)).toEqual([6, 5]);
    expect(split(0.7, 0.2, 0.1)).toEqual([8, 2, 1]);
    expect(split(0.25, 0.25, 0.25, 0.25)).toEqual([3, 3, 3, 2]);
    expect(split(1)).toEqual([11]);
    expect(split(0, 11)).toEqual([0, 11]);
  });

  it('depends only on the key of the generator', () => {
    const members = (rng: Rng): number[] => [...randomSplit(dataset, [5, 6], rng)[0].indices];
    const used = new Rng(7);
    used.bits();
    expect(members(used)).toEqual(members(new Rng(7)));
    expect(members(new Rng(8))).not.toEqual(members(new Rng(7)));
  });

  it.each([[[5, 5]], [[-1, 12]], [[0.5, 0.4]], [[5.5, 5.5]], [[NaN, 1]], [[]]])(
    'rejects the lengths %o',
    (lengths) => {
      expect(() => randomSplit(dataset, lengths, new Rng(1))).toThrow(
        /randomSplit: lengths must be whole numbers that sum to 11/,
      );
    },
  );
});

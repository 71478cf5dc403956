// Data sets: views, subsets, class counts and the stratified split.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asNdarray,
  classCounts,
  imageAt,
  limitDataset,
  makeDataset,
  stratifiedSplit,
  subset,
  type Dataset,
} from '../../../src/data/loading/dataset.js';
import { ArgumentError } from '../../../src/engine/errors.js';
import { Rng } from '../../../src/engine/rng.js';
import { numberedDataset } from '../support.js';

/** The indices of a data set's images in the numbered data set they came from. */
function members(dataset: Dataset): number[] {
  return Array.from({ length: dataset.length }, (_, i) => imageAt(dataset, i)[0]);
}

describe('a data set', () => {
  it('can be viewed as [n, 28, 28] without copying', () => {
    const dataset = numberedDataset([1, 2, 3]);
    const view = asNdarray(dataset);
    expect(view.shape).toEqual([3, 28, 28]);
    view.set(1, 2, 3, 200);
    expect(imageAt(dataset, 1)[2 * 28 + 3]).toBe(200);
  });

  it('rejects images, labels and indices that do not match', () => {
    const parts = { ...numberedDataset([1, 2]), classes: ['a', 'b', 'c'] };
    expect(() => makeDataset({ ...parts, images: new Uint8Array(784) })).toThrow(
      /2 labels need 1568 bytes.*got 784/,
    );
    expect(() => makeDataset({ ...parts, labels: Uint8Array.of(1, 3) })).toThrow(
      /label 3 of image 1.*3 classes/,
    );
    expect(() => imageAt(makeDataset(parts), 2)).toThrow(ArgumentError);
    expect(() => imageAt(makeDataset(parts), -1)).toThrow(ArgumentError);
  });

  it('subset copies images in the given order', () => {
    const dataset = numberedDataset([5, 6, 7, 8]);
    const part = subset(dataset, [3, 0, 3]);
    expect(members(part)).toEqual([3, 0, 3]);
    expect([...part.labels]).toEqual([8, 5, 8]);
    part.images[0] = 99;
    expect(members(dataset)).toEqual([0, 1, 2, 3]);
    expect(() => subset(dataset, [4])).toThrow(/image 4 is outside its 4/);
  });

  it('limitDataset keeps the first images, or all', () => {
    const dataset = numberedDataset([5, 6, 7]);
    expect(members(limitDataset(dataset, 2))).toEqual([0, 1]);
    expect(limitDataset(dataset, 9).length).toBe(3);
    expect(() => limitDataset(dataset, 0)).toThrow(/at least 1, got 0/);
  });

  it('classCounts counts the images of each class', () => {
    expect([...classCounts(numberedDataset([0, 2, 2, 1, 2], 4))]).toEqual([1, 1, 3, 0]);
  });
});

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

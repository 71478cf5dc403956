// Data sets of images: views, selections, class counts, and other sizes than EMNIST's.

import { describe, expect, it } from 'vitest';
import {
  classCounts,
  imageAt,
  limitImages,
  spreadImages,
  ImageDataset,
  selectImages,
} from '../../../src/data/loading/imageDataset.js';
import { stratifiedSplit } from '../../../src/data/loading/split.js';
import { ArgumentError } from '../../../src/engine/errors.js';
import { Rng } from '../../../src/engine/rng.js';
import { numberedDataset } from '../support.js';

/** The indices of a data set's images in the numbered data set they came from. */
function members(dataset: ImageDataset): number[] {
  return Array.from({ length: dataset.length }, (_, i) => imageAt(dataset, i)[0]);
}

describe('a data set', () => {
  it('gives the bytes and the label of each image', () => {
    const dataset = new ImageDataset({
      name: 'two',
      images: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
      height: 2,
      width: 3,
      labels: Uint8Array.of(1, 0),
      classes: ['a', 'b'],
      synthetic: true,
    });
    expect(dataset.length).toBe(2);
    expect(dataset.shapes).toEqual({ inputs: [1, 2, 3], targets: [] });
    expect(dataset.get(0)).toEqual({ inputs: Uint8Array.of(1, 2, 3, 4, 5, 6), targets: 1 });
    expect(dataset.get(1)).toEqual({ inputs: Uint8Array.of(7, 8, 9, 10, 11, 12), targets: 0 });
    expect(selectImages(dataset, [1]).get(0)).toEqual(dataset.get(1));
    expect(limitImages(dataset, 1).get(0)).toEqual(dataset.get(0));
    expect(() => dataset.with({ width: 2 })).toThrow(
      'data set two: 2 images of 2 x 2 take 8 bytes, got 12',
    );
    expect(() => dataset.with({ height: 0 })).toThrow(
      'data set two: height must be a whole number of at least 1, got 0',
    );
  });

  it('may have more than 256 classes', () => {
    const dataset = new ImageDataset({
      name: 'many',
      images: new Uint8Array(3),
      height: 1,
      width: 1,
      labels: Uint16Array.of(999, 0, 256),
      classes: Array.from({ length: 1000 }, (_, c) => String(c)),
      synthetic: true,
    });
    expect([...selectImages(dataset, [0, 2]).labels]).toEqual([999, 256]);
    expect(classCounts(dataset)[256]).toBe(1);
    expect(stratifiedSplit(dataset, 0.5, new Rng(1)).train.classes).toHaveLength(1000);
  });

  it('rejects images, labels and indices that do not match', () => {
    const parts = numberedDataset([1, 2]).with({ classes: ['a', 'b', 'c'] });
    expect(() => parts.with({ images: new Uint8Array(784) })).toThrow(
      /2 images of 28 x 28 take 1568 bytes, got 784/,
    );
    expect(() => parts.with({ labels: Uint8Array.of(1, 3) })).toThrow(
      /label 3 of image 1.*3 classes/,
    );
    expect(() => imageAt(parts, 2)).toThrow(ArgumentError);
    expect(() => imageAt(parts, -1)).toThrow(ArgumentError);
  });

  it('selectImages copies images in the given order', () => {
    const dataset = numberedDataset([5, 6, 7, 8]);
    const part = selectImages(dataset, [3, 0, 3]);
    expect(members(part)).toEqual([3, 0, 3]);
    expect([...part.labels]).toEqual([8, 5, 8]);
    part.images[0] = 99;
    expect(members(dataset)).toEqual([0, 1, 2, 3]);
    expect(() => selectImages(dataset, [4])).toThrow(/example 4 is outside its 4/);
  });

  it('spreadImages takes images at equal distances, or all', () => {
    const sorted = new ImageDataset({
      name: 'sorted',
      images: Uint8Array.from({ length: 10 }, (_, i) => i),
      height: 1,
      width: 1,
      labels: Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 2, 2, 2),
      classes: ['a', 'b', 'c'],
      synthetic: true,
    });
    const { images, labels } = spreadImages(sorted, 3);
    expect([[...images], [...labels]]).toEqual([
      [0, 3, 6],
      [0, 0, 1],
    ]);
    expect([...spreadImages(sorted, 5).labels]).toEqual([0, 0, 1, 1, 2]);
    expect(spreadImages(sorted, 11)).toBe(sorted);
    expect(() => spreadImages(sorted, 0)).toThrow('limit');
  });

  it('limitImages keeps the first images, or all', () => {
    const dataset = numberedDataset([5, 6, 7]);
    expect(members(limitImages(dataset, 2))).toEqual([0, 1]);
    expect(limitImages(dataset, 9).length).toBe(3);
    expect(() => limitImages(dataset, 0)).toThrow(/at least 1, got 0/);
  });

  it('classCounts counts the images of each class', () => {
    expect([...classCounts(numberedDataset([0, 2, 2, 1, 2], 4))]).toEqual([1, 1, 3, 0]);
  });
});

// Augmentation: each transform on images with a known result, independence of order, and stroke
// width changes.

import { describe, expect, it } from 'vitest';
import {
  Augmenter,
  hasAugmentation,
  type AugmentOptions,
} from '../../../src/data/loading/augment.js';
import { BatchLoader } from '../../../src/data/loading/loader.js';
import { PADDED_SIDE, varyStroke } from '../../../src/data/image/strokeWidth.js';
import { syntheticDataset } from '../../../src/data/strokes/synthetic.js';
import { normalize } from '../../../src/data/loading/transform.js';
import { Rng } from '../../../src/engine/rng.js';

const SIDE = 28;
const dataset = syntheticDataset({ seed: 3, count: 94 });

function augmented(
  options: AugmentOptions,
  image: number,
  epoch = 1,
  images = dataset.images,
): Float32Array {
  const target = new Float32Array(SIDE * SIDE);
  new Augmenter(options, new Rng(5)).apply(images, image, epoch, target, 0, 1, 0);
  return target;
}

const original = (image: number): Uint8Array =>
  dataset.images.subarray(image * 784, (image + 1) * 784);
const total = (pixels: ArrayLike<number>): number =>
  Array.from(pixels).reduce((sum, value) => sum + value, 0);

/**
 * Center of the ink, in pixels from the center of the image, and its standard deviation along each
 * axis.
 */
function moments(pixels: ArrayLike<number>): {
  x: number;
  y: number;
  spreadX: number;
  spreadY: number;
} {
  const sum = total(pixels);
  let [x, y, xx, yy] = [0, 0, 0, 0];
  for (let i = 0; i < pixels.length; i++) {
    const [column, row] = [(i % SIDE) - 13.5, Math.floor(i / SIDE) - 13.5];
    const weight = pixels[i] / sum;
    x += weight * column;
    y += weight * row;
    xx += weight * column ** 2;
    yy += weight * row ** 2;
  }
  return { x, y, spreadX: Math.sqrt(xx - x * x), spreadY: Math.sqrt(yy - y * y) };
}

/** A blurred disc in the center, which rotation and shear leave in place. */
const disc = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
  const radius = Math.hypot((i % SIDE) - 13.5, Math.floor(i / SIDE) - 13.5);
  return Math.round(255 * Math.min(1, Math.max(0, 6 - radius)));
});

describe('Augmenter', () => {
  it('without transforms returns the image unchanged', () => {
    for (const image of [0, 17, 93])
      expect(augmented({}, image)).toEqual(Float32Array.from(original(image)));
    expect(hasAugmentation({ shift: 0, rotation: 0 })).toBe(false);
    expect(hasAugmentation({ shift: 0, shear: 0.1 })).toBe(true);
  });

  it('shift moves each axis independently, by up to the given number of pixels', () => {
    const moves = Array.from({ length: 40 }, (_, epoch) =>
      moments(augmented({ shift: 2 }, 0, epoch, disc)),
    );
    for (const { x, y, spreadX } of moves) {
      expect(Math.abs(x)).toBeLessThan(2);
      expect(Math.abs(y)).toBeLessThan(2);
      expect(spreadX).toBeCloseTo(moments(disc).spreadX, 1);
    }
    expect(Math.max(...moves.map(({ x }) => x))).toBeGreaterThan(1.2);
    expect(Math.min(...moves.map(({ y }) => y))).toBeLessThan(-1.2);
    expect(new Set(moves.map(({ x, y }) => (x * y).toFixed(3))).size).toBeGreaterThan(35);
  });

  it('scale resizes each axis independently, within the given fraction', () => {
    const { spreadX, spreadY } = moments(disc);
    const factors = Array.from({ length: 40 }, (_, epoch) => {
      const measured = moments(augmented({ scale: 0.2 }, 0, epoch, disc));
      return [measured.spreadX / spreadX, measured.spreadY / spreadY];
    });
    for (const factor of factors.flat()) expect(Math.abs(factor - 1)).toBeLessThan(0.23);
    expect(factors.some(([wide, high]) => wide > 1.1 && high < 0.95)).toBe(true);
  });

  it('rotation keeps the ink of a bar, and its angle stays within the limit', () => {
    const bar = Uint8Array.from({ length: 784 }, (_, i) => {
      const [column, row] = [i % SIDE, Math.floor(i / SIDE)];
      return column > 3 && column < 24 && row > 11 && row < 16 ? 255 : 0;
    });
    const angles = Array.from({ length: 40 }, (_, epoch) => {
      const pixels = augmented({ rotation: 30 }, 0, epoch, bar);
      let [cross, square] = [0, 0];
      pixels.forEach((value, i) => {
        const [x, y] = [(i % SIDE) - 13.5, Math.floor(i / SIDE) - 13.5];
        cross += value * x * y;
        square += value * (x * x - y * y);
      });
      expect(Math.abs(total(pixels) / total(bar) - 1)).toBeLessThan(0.02);
      return (Math.atan2(2 * cross, square) / 2) * (180 / Math.PI); // the bar's main axis
    });
    for (const angle of angles) expect(Math.abs(angle)).toBeLessThan(30.5);
    expect(Math.max(...angles) - Math.min(...angles)).toBeGreaterThan(40);
  });

  it('the transform of an image depends only on image, epoch and seed', () => {
    const options = { shift: 2, rotation: 10, scale: 0.1, shear: 0.15, stroke: 0.5 };
    const augmenter = new Augmenter(options, new Rng(5));
    const target = new Float32Array(784);
    for (const [image, epoch] of [
      [3, 1],
      [9, 2],
      [7, 1],
    ]) {
      augmenter.apply(dataset.images, image, epoch, target, 0, 1, 0);
    }
    expect(target).toEqual(augmented(options, 7, 1));
    expect(target).not.toEqual(augmented(options, 7, 2));
    new Augmenter(options, new Rng(6)).apply(dataset.images, 7, 1, target, 0, 1, 0);
    expect(target).not.toEqual(augmented(options, 7, 1));
  });

  it.each([{ shift: -1 }, { rotation: 181 }, { scale: 1 }, { shear: NaN }, { stroke: 1.1 }])(
    'rejects %o',
    (options) => {
      expect(() => new Augmenter(options, new Rng(1))).toThrow(/augment: \w+ must be from 0 to/);
    },
  );
});

describe('varyStroke', () => {
  const padded = (image: Uint8Array): Float32Array => {
    const result = new Float32Array(PADDED_SIDE * PADDED_SIDE);
    image.forEach(
      (value, i) => (result[(Math.floor(i / SIDE) + 1) * PADDED_SIDE + (i % SIDE) + 1] = value),
    );
    return result;
  };

  it('adds ink for amounts above 0, removes it below 0, and keeps the maximum', () => {
    for (const image of [0, 11, 60]) {
      const start = padded(original(image));
      const ink = [-1, -0.5, 0, 0.5, 1].map((amount) => {
        const result = varyStroke(start, amount, new Float32Array(start.length));
        expect(Math.max(...result)).toBeCloseTo(Math.max(...start), 3);
        return total(result);
      });
      expect(ink[2]).toBe(total(start));
      expect(ink.every((sum, i) => i === 0 || sum > ink[i - 1])).toBe(true);
    }
  });

  it('amount 1 turns a dot into a cross, amount -1 turns it back', () => {
    const dot = padded(
      Uint8Array.from({ length: 784 }, (_, i) => (i === 14 * SIDE + 14 ? 200 : 0)),
    );
    const cross = varyStroke(dot, 1, new Float32Array(dot.length));
    expect(total(cross)).toBe(5 * 200);
    expect(varyStroke(cross, -1, new Float32Array(dot.length))).toEqual(dot);
  });

  it('leaves an empty image empty', () => {
    const empty = new Float32Array(PADDED_SIDE ** 2);
    expect(varyStroke(empty, 0.7, new Float32Array(empty.length))).toEqual(empty);
  });
});

describe('BatchLoader with augmentation', () => {
  const loader = (options: AugmentOptions, shuffle: Rng | null = null): BatchLoader =>
    new BatchLoader({
      dataset,
      batchSize: 20,
      shuffle,
      augment: new Augmenter(options, new Rng(5)),
    });

  it('normalizes as a loader without augmentation, up to rounding', () => {
    const [plain] = new BatchLoader({ dataset, batchSize: 20, normalize: normalize() }).batches(1);
    const [batch] = loader({ stroke: 0 }).batches(1);
    batch.images.forEach((value, i) =>
      expect(Math.abs(value - plain.images[i])).toBeLessThan(1e-6),
    );
  });

  it('augments an image of an epoch identically for any order and any first batch', () => {
    const options = { shift: 2, rotation: 10, stroke: 0.5 };
    const augmentedImages = (from: number, shuffle: Rng | null): Map<number, number[]> => {
      const imagesByIndex = new Map<number, number[]>();
      for (const { images, indices } of loader(options, shuffle).batches(4, { from })) {
        indices.forEach((index, i) =>
          imagesByIndex.set(index, [...images.subarray(i * 784, (i + 1) * 784)]),
        );
      }
      return imagesByIndex;
    };
    const inOrder = augmentedImages(0, null);
    for (const [index, image] of [...augmentedImages(2, null), ...augmentedImages(1, new Rng(8))]) {
      expect(image).toEqual(inOrder.get(index));
    }
  });
});

// Augmentation: each transform on images with a known result, independence of order, and stroke
// width changes.

import { describe, expect, it } from 'vitest';
import {
  Augmenter,
  hasAugmentation,
  type AugmentOptions,
} from '../../../src/data/loading/augment.js';
import { DataLoader } from '../../../src/data/loading/dataLoader.js';
import { imageAt } from '../../../src/data/loading/imageDataset.js';
import { varyStroke } from '../../../src/data/image/strokeWidth.js';
import { syntheticDataset } from '../../../src/data/strokes/synthetic.js';
import { Normalizer } from '../../../src/data/loading/transform.js';
import { Rng } from '../../../src/engine/rng.js';

const SIDE = 28;
const PADDED_SIDE = SIDE + 2;
/** Keeps the values of bytes: (byte / 255 - 0) / (1 / 255). */
const bytes = new Normalizer({ mean: 0, std: 1 / 255 });
const dataset = syntheticDataset({ seed: 3, count: 94 });

const augmenterOf = (ranges: AugmentOptions, seed = 5): Augmenter =>
  new Augmenter(ranges, { shape: [1, SIDE, SIDE], rng: new Rng(seed), normalizer: bytes });

function augmented(
  ranges: AugmentOptions,
  index: number,
  epoch = 1,
  image = original(index),
): Float32Array {
  const target = new Float32Array(SIDE * SIDE);
  augmenterOf(ranges).apply(image, target, index, epoch);
  return target;
}

const original = (index: number): Uint8Array => imageAt(dataset, index);
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
    const augmenter = augmenterOf(options);
    const target = new Float32Array(784);
    for (const [image, epoch] of [
      [3, 1],
      [9, 2],
      [7, 1],
    ]) {
      augmenter.apply(original(image), target, image, epoch);
    }
    expect(target).toEqual(augmented(options, 7, 1));
    expect(target).not.toEqual(augmented(options, 7, 2));
    augmenterOf(options, 6).apply(original(7), target, 7, 1);
    expect(target).not.toEqual(augmented(options, 7, 1));
  });

  it.each([{ shift: -1 }, { rotation: 181 }, { scale: 1 }, { shear: NaN }, { stroke: 1.1 }])(
    'rejects %o',
    (options) => {
      expect(() => augmenterOf(options)).toThrow(/Augmenter: \w+ must be from 0 to/);
    },
  );

  it('limits the shift to half of the shorter side', () => {
    const create = (shift: number) => () =>
      new Augmenter({ shift }, { shape: [8, 20], rng: new Rng(1) });
    expect(create(4)).not.toThrow();
    expect(create(4.5)).toThrow('Augmenter: shift must be from 0 to 4, got 4.5');
  });

  it('rejects images of another shape', () => {
    expect(() => new Augmenter({}, { shape: [784], rng: new Rng(1) })).toThrow(
      'Augmenter: shape must be [height, width] or [channels, height, width], got [784]',
    );
    expect(() => augmenterOf({}).outputShape([1, 28, 27])).toThrow(
      'Augmenter: was created for images of [1,28,28], but the data set has [1,28,27]',
    );
  });

  it('moves the ink of a wide image by the same distances as in a square one', () => {
    // A dot in the center stays within a shift of 3 pixels of the center.
    const [height, width] = [9, 21];
    const dot = new Float32Array(height * width);
    dot[4 * width + 10] = 1;
    const augmenter = new Augmenter(
      { shift: 3 },
      {
        shape: [height, width],
        rng: new Rng(5),
        normalizer: new Normalizer({ mean: 0, std: 1 }),
      },
    );
    const result = new Float32Array(dot.length);
    const columns = new Set<number>();
    for (let epoch = 0; epoch < 60; epoch++) {
      augmenter.apply(dot, result, 0, epoch);
      expect(total(result)).toBeCloseTo(1, 5);
      result.forEach((value, i) => {
        if (value === 0) return;
        const [row, column] = [Math.floor(i / width), i % width];
        expect(Math.abs(row - 4)).toBeLessThanOrEqual(3);
        expect(Math.abs(column - 10)).toBeLessThanOrEqual(3);
        columns.add(column);
      });
    }
    expect(columns.size).toBe(7);
  });

  it('changes all channels alike, and normalizes each by its own mean and std', () => {
    const ranges = { shift: 2, rotation: 20, scale: 0.2, shear: 0.2, stroke: 0.5 };
    const image = original(4);
    const channels = Float32Array.from([...image, ...image], (value) => value / 255);
    const normalizer = new Normalizer({ mean: [0, 0.5], std: [1 / 255, 0.25] });
    const result = new Float32Array(2 * SIDE * SIDE);
    new Augmenter(ranges, { shape: [2, SIDE, SIDE], rng: new Rng(5), normalizer }).apply(
      channels,
      result,
      4,
      1,
    );
    augmented(ranges, 4, 1).forEach((value, i) => {
      expect(result[i]).toBeCloseTo(value, 3);
      expect(result[SIDE * SIDE + i]).toBeCloseTo((value / 255 - 0.5) / 0.25, 5);
    });
  });
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
        const result = varyStroke(start, PADDED_SIDE, amount, new Float32Array(start.length));
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
    const cross = varyStroke(dot, PADDED_SIDE, 1, new Float32Array(dot.length));
    expect(total(cross)).toBe(5 * 200);
    expect(varyStroke(cross, PADDED_SIDE, -1, new Float32Array(dot.length))).toEqual(dot);
  });

  it('leaves an empty image empty', () => {
    const empty = new Float32Array(PADDED_SIDE ** 2);
    expect(varyStroke(empty, PADDED_SIDE, 0.7, new Float32Array(empty.length))).toEqual(empty);
  });
});

describe('DataLoader with augmentation', () => {
  const loader = (ranges: AugmentOptions, shuffle: Rng | null = null): DataLoader => {
    const inputs = new Augmenter(ranges, { shape: dataset.shapes.inputs, rng: new Rng(5) });
    return new DataLoader(dataset, { batchSize: 20, shuffle, transform: { inputs } });
  };

  it('normalizes as a loader without augmentation, up to rounding', () => {
    const transform = { inputs: new Normalizer() };
    const [plain] = new DataLoader(dataset, { batchSize: 20, transform }).batches(1);
    const [batch] = loader({ stroke: 0 }).batches(1);
    batch.inputs.data.forEach((value, i) =>
      expect(Math.abs(value - plain.inputs.data[i])).toBeLessThan(1e-6),
    );
  });

  it('augments an image of an epoch identically for any order and any first batch', () => {
    const options = { shift: 2, rotation: 10, stroke: 0.5 };
    const augmentedImages = (from: number, shuffle: Rng | null): Map<number, number[]> => {
      const imagesByIndex = new Map<number, number[]>();
      for (const { inputs, indices } of loader(options, shuffle).batches(4, { from })) {
        indices.forEach((index, i) =>
          imagesByIndex.set(index, [...inputs.data.subarray(i * 784, (i + 1) * 784)]),
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

// Normalization: values in float32 as in PyTorch, bytes and other types, and channels.

import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Normalizer } from '../../../src/data/loading/transform.js';

function normalized(normalizer: Normalizer, values: ArrayLike<number>): number[] {
  const target = new Float32Array(values.length);
  normalizer.apply(values, target);
  return [...target];
}

const { fround } = Math;

describe('Normalizer', () => {
  it('maps bytes to -1..1 as PyTorch does, in float32', () => {
    const expected = fround(fround(fround(128 / 255) - 0.5) / 0.5);
    expect(normalized(new Normalizer(), Uint8Array.of(0, 128, 255))).toEqual([-1, expected, 1]);
    const clamped = Uint8ClampedArray.of(0, 128, 255);
    expect(normalized(new Normalizer(), clamped)).toEqual([-1, expected, 1]);
  });

  it('scales bytes of another realm', () => {
    const bytes = runInNewContext('Uint8Array.of(0, 255)') as Uint8Array;
    expect(bytes instanceof Uint8Array).toBe(false);
    expect(normalized(new Normalizer(), bytes)).toEqual([-1, 1]);
  });

  it('does not scale other types', () => {
    const normalizer = new Normalizer({ mean: 0.1, std: 0.3 });
    const expected = [0.7, -2, 300].map((x) =>
      fround(fround(fround(x) - fround(0.1)) / fround(0.3)),
    );
    expect(normalized(normalizer, Float32Array.of(0.7, -2, 300))).toEqual(expected);
    expect(normalized(normalizer, [0.7, -2, 300])).toEqual(expected);
    expect(normalized(new Normalizer({ mean: 1, std: 2 }), Int32Array.of(5))).toEqual([2]);
  });

  it('normalizes each channel by its own mean and std', () => {
    const normalizer = new Normalizer({ mean: [0, 1, 2], std: [1, 2, 4] });
    expect(normalized(normalizer, [1, 2, 3, 5, 6, 10])).toEqual([1, 2, 1, 2, 1, 2]);
    const sharedStd = new Normalizer({ mean: [0, 1], std: 0.5 });
    expect(normalized(sharedStd, Uint8Array.of(255, 255))).toEqual([2, 0]);
    expect(normalizer.outputShape([3, 8, 8])).toEqual([3, 8, 8]);
    expect(() => normalizer.outputShape([8, 8, 3])).toThrow(
      'Normalizer: mean and std have 3 channels, but an example has the shape [8,8,3]; expected [3, ...]',
    );
    expect(new Normalizer().outputShape([8, 8, 3])).toEqual([8, 8, 3]);
  });

  it('rejects a target of another length, and values that are no multiple of the channels', () => {
    expect(() => new Normalizer().apply(new Uint8Array(3), new Float32Array(4))).toThrow(
      'Normalizer: cannot normalize 3 values of 1 channels into an array of 4',
    );
    expect(() =>
      new Normalizer({ mean: [0, 1] }).apply(new Uint8Array(3), new Float32Array(3)),
    ).toThrow(/3 values of 2 channels/);
  });

  it.each([
    { std: 0 },
    { std: -1 },
    { std: NaN },
    { std: Infinity },
    { mean: NaN },
    { mean: [] },
    { mean: [0, NaN] },
    { mean: [0, 1], std: [1, 1, 1] },
  ])('rejects %o', (options) => {
    expect(() => new Normalizer(options)).toThrow(/Normalizer: (mean|std)/);
  });

  it('rejects an unknown option', () => {
    expect(() => new Normalizer({ sd: 1 } as object)).toThrow(
      'Normalizer: unknown option sd; the options are mean, std',
    );
  });
});

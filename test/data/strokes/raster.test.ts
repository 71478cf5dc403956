// The raster canvas: strokes, blur and resampling.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Raster } from '../../../src/data/strokes/raster.js';
import { cubic, resample } from '../../../src/data/image/resample.js';

describe('Raster', () => {
  it('draws a stroke with the area of its length, width and round ends', () => {
    const raster = new Raster(64, 64);
    raster.drawStroke([10, 20, 50, 37], 6);
    const area = raster.data.reduce((sum, value) => sum + value, 0);
    // A rectangle plus two half discs.
    expect(area).toBeCloseTo(6 * Math.sqrt(40 * 40 + 17 * 17) + Math.PI * 9, -0.5);
  });

  it('blurs a point into a Gaussian with the same amount of ink', () => {
    const raster = new Raster(20, 20);
    raster.paste([1], 1, 1, 10, 9, 1);
    raster.blur();
    const { data } = raster;
    expect(data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    const peak = data[9 * 20 + 10];
    expect(data[9 * 20 + 12] / peak).toBeCloseTo(Math.exp(-2), 6);
    expect(data[12 * 20 + 11] / peak).toBeCloseTo(Math.exp(-5), 6);
    expect(raster.inkBox(0)).toEqual({ left: 6, top: 5, right: 14, bottom: 13 });
  });

  it('blurs at the edge as if the canvas continued', () => {
    const corner = new Raster(12, 12);
    corner.paste([1], 1, 1, 1, 0, 1);
    corner.blur();
    const middle = new Raster(24, 24);
    middle.paste([1], 1, 1, 11, 10, 1);
    middle.blur();
    for (let y = 0; y < 6; y++) {
      for (let x = 0; x < 6; x++)
        expect(corner.data[y * 12 + x]).toBeCloseTo(middle.data[(y + 10) * 24 + x + 10], 6);
    }
  });
});

describe('resample', () => {
  it('uses a kernel that sums to 1 at any offset and is 1 at its center', () => {
    expect([cubic(0), cubic(1), cubic(-1), cubic(2), cubic(3)]).toEqual([1, 0, 0, 0, 0]);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (t) => {
        expect(cubic(t) + cubic(t + 1) + cubic(t - 1) + cubic(t - 2)).toBeCloseTo(1, 12);
      }),
    );
  });

  it('copies at scale 1 and reproduces a linear gradient at other scales', () => {
    const data = Float32Array.from(
      { length: 40 * 40 },
      (_, i) => (i % 40) + 2 * Math.floor(i / 40),
    );
    const image = { data, width: 40, height: 40 };
    const fullArea = { left: 0, top: 0, width: 40, height: 40 };
    expect([...resample(image, fullArea, 40, 40)]).toEqual([...data]);
    for (const size of [5, 20, 60]) {
      const middle = { left: 15, top: 15, width: 10, height: 10 };
      const output = resample(image, middle, size, size);
      const coordinate = (i: number): number => 15 + ((i + 0.5) * 10) / size - 0.5;
      output.forEach((value, i) =>
        expect(value).toBeCloseTo(coordinate(i % size) + 2 * coordinate(Math.floor(i / size)), 3),
      );
    }
  });

  it('preserves the ink of a thin line when shrinking', () => {
    const data = new Float32Array(100 * 100);
    for (let y = 0; y < 100; y++) data[y * 100 + 51] = 1;
    const small = resample(
      { data, width: 100, height: 100 },
      { left: 0, top: 0, width: 100, height: 100 },
      10,
      10,
    );
    for (let y = 1; y < 9; y++) {
      expect(
        small.subarray(y * 10, y * 10 + 10).reduce((sum, value) => sum + value, 0),
      ).toBeCloseTo(0.1, 2);
    }
  });

  it('reads 0 outside the image', () => {
    const data = new Float32Array(16).fill(1);
    const output = resample(
      { data, width: 4, height: 4 },
      { left: -8, top: 0, width: 20, height: 4 },
      20,
      4,
    );
    expect([...output.subarray(0, 4), output[10], ...output.subarray(16, 20)]).toEqual([
      0, 0, 0, 0, 1, 0, 0, 0, 0,
    ]);
  });
});

// Rendering of strokes and bitmaps as 28 x 28 glyphs.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bitmapToGlyph,
  GlyphRenderer,
  renderGlyph,
  type Stroke,
} from '../../../src/data/strokes/glyph.js';
import { Raster } from '../../../src/data/strokes/raster.js';
import { inkExtent, strokeWidth } from '../../../src/data/loading/statistics.js';
import { ArgumentError } from '../../../src/engine/errors.js';

const coordinate = fc.double({ min: -500, max: 500, noNaN: true });
const strokeArbitrary = fc
  .array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 8 })
  .map((points) => points.flat());
const drawing = fc.array(strokeArbitrary, { minLength: 1, maxLength: 4 });

function borderOf(image: Uint8Array): number[] {
  return [...image].filter((_, i) => i < 28 || i >= 27 * 28 || i % 28 === 0 || i % 28 === 27);
}

describe('renderGlyph', () => {
  it('has maximum 255, an empty border and a centered bounding box, for any strokes', () => {
    fc.assert(
      fc.property(drawing, (strokes) => {
        const image = renderGlyph(strokes);
        expect(Math.max(...image)).toBe(255);
        expect(Math.max(...borderOf(image))).toBe(0);
        const { centerX, centerY } = inkExtent(image, 28)!;
        // After rounding to bytes, the box may lose a faint column on one side.
        expect(Math.abs(centerX - 13.5)).toBeLessThanOrEqual(1);
        expect(Math.abs(centerY - 13.5)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  it('is invariant to the position and scale of the strokes', () => {
    const strokes = [
      [10, 0, 40, 80, 70, 16],
      [20, 40, 60, 40],
    ];
    const image = renderGlyph(strokes);
    for (const [scale, dx, dy] of [
      [0.25, 0, 0],
      [8, 0, 0],
      [1, 1024, -512],
      [16, -64, 32],
    ]) {
      const moved = strokes.map((stroke) =>
        stroke.map((value, i) => value * scale + (i % 2 === 0 ? dx : dy)),
      );
      expect([...renderGlyph(moved)]).toEqual([...image]);
    }
  });

  it('is upright: y points down', () => {
    const image = renderGlyph([[0, 0, 0, 100, 60, 100]]); // an L
    const ink = (x: number, y: number): boolean => image[y * 28 + x] > 128;
    expect([ink(7, 4), ink(20, 4), ink(7, 24), ink(20, 24)]).toEqual([true, false, true, true]);
  });

  it('mirrored strokes give the mirrored image', () => {
    const strokes = [
      [0, 0, 64, 32, 0, 64],
      [16, 0, 16, 32],
    ];
    const image = renderGlyph(strokes);
    const mirrored = renderGlyph(
      strokes.map((stroke) => stroke.map((value, i) => (i % 2 === 0 ? -value : value))),
    );
    expect([...mirrored]).toEqual([...image.map((_, i) => image[i - (i % 28) + 27 - (i % 28)])]);
  });

  it('draws strokes as wide as in EMNIST, wider for a wider pen or smaller ink', () => {
    const strokes = [
      [0, 0, 40, 100, 80, 0],
      [20, 50, 60, 50],
    ];
    const width = (options?: { penWidth?: number; inkSize?: number }): number =>
      strokeWidth(renderGlyph(strokes, options), 28);
    expect(width()).toBeGreaterThan(2.4);
    expect(width()).toBeLessThan(3.2);
    expect(width({ penWidth: 5 })).toBeLessThan(width());
    expect(width({ inkSize: 40 })).toBeGreaterThan(width());
  });

  it('draws a dot for a single point and nothing for no strokes', () => {
    const dot = renderGlyph([[5, 5]]);
    expect(dot[14 * 28 + 14]).toBe(255);
    expect([...renderGlyph([[5, 5, 5, 5]])]).toEqual([...dot]);
    expect(Math.max(...renderGlyph([]))).toBe(0);
    expect(Math.max(...renderGlyph([[]]))).toBe(0);
  });

  it('a reused renderer starts from an empty canvas', () => {
    const renderer = new GlyphRenderer();
    const [wide, tall] = [[[0, 0, 90, 5]], [[0, 0, 5, 90]]];
    renderer.render(wide);
    expect([...renderer.render(tall)]).toEqual([...renderGlyph(tall)]);
    expect(Math.max(...renderer.render([]))).toBe(0);
  });

  it.each([
    ['an odd number of coordinates', [[1, 2, 3]], {}, /length is even, got 3/],
    ['NaN', [[1, NaN]], {}, /finite, got \(1, NaN\)/],
    ['a pen of width 0', [[1, 2]], { penWidth: 0 }, /penWidth.*got 0/],
    ['ink larger than the canvas', [[1, 2]], { inkSize: 115 }, /inkSize.*got 115 \+ 8/],
  ] satisfies [string, Stroke[], object, RegExp][])(
    'rejects %s',
    (_, strokes, options, message) => {
      expect(() => renderGlyph(strokes, options)).toThrow(ArgumentError);
      expect(() => renderGlyph(strokes, options)).toThrow(message);
    },
  );
});

describe('bitmapToGlyph', () => {
  /** A large drawing of a 7, thick enough to end up at about EMNIST's stroke width. */
  function drawnSeven(): Raster {
    const raster = new Raster(400, 300);
    raster.drawStroke([120, 50, 250, 50, 170, 250], 26);
    return raster;
  }

  it('gives nearly the same glyph as the strokes drawn in the bitmap', () => {
    const fromBitmap = bitmapToGlyph(drawnSeven());
    const fromStrokes = renderGlyph([[120, 50, 250, 50, 170, 250]]);
    const difference =
      fromBitmap.reduce((sum, value, i) => sum + Math.abs(value - fromStrokes[i]), 0) / 784;
    expect(difference).toBeLessThan(3); // of 255
  });

  it('accepts bytes or floats of any brightness, at any position in the bitmap', () => {
    const { data, width, height } = drawnSeven();
    const dim = bitmapToGlyph({ data: data.map((value) => value * 0.25), width, height });
    expect([...dim]).toEqual([...bitmapToGlyph({ data, width, height })]);
    const shifted = new Float32Array(data.length);
    // 30 down, 20 to the right.
    shifted.set(data.subarray(0, data.length - 30 * width - 20), 30 * width + 20);
    expect([...bitmapToGlyph({ data: shifted, width, height })]).toEqual([...dim]);
    const bytes = bitmapToGlyph({
      data: Uint8Array.from(data, (value) => Math.round(value * 255)),
      width,
      height,
    });
    bytes.forEach((value, i) => expect(Math.abs(value - dim[i])).toBeLessThanOrEqual(2));
  });

  it('changes a finished 28 x 28 glyph only slightly', () => {
    const glyph = renderGlyph([
      [0, 0, 70, 0, 20, 100],
      [15, 50, 55, 50],
    ]);
    const again = bitmapToGlyph({ data: glyph, width: 28, height: 28 });
    const difference = again.reduce((sum, value, i) => sum + Math.abs(value - glyph[i]), 0) / 784;
    expect(difference).toBeLessThan(12);
  });

  it('ignores a faint background below the threshold when cropping', () => {
    const { data, width, height } = drawnSeven();
    const noisy = {
      data: data.map((value, i) => Math.max(value, i % 7 === 0 ? 0.08 : 0)),
      width,
      height,
    };
    const box = inkExtent(bitmapToGlyph({ data, width, height }), 28)!;
    expect(inkExtent(bitmapToGlyph(noisy), 28)!.width).toBeGreaterThanOrEqual(box.width);
    const faintest = bitmapToGlyph(noisy, 0);
    expect(faintest.filter((value) => value > 128).length).toBeLessThan(
      0.7 * bitmapToGlyph(noisy).filter((value) => value > 128).length,
    );
  });

  it('returns an empty image for an empty bitmap and rejects an inconsistent size', () => {
    expect(Math.max(...bitmapToGlyph({ data: new Uint8Array(12), width: 4, height: 3 }))).toBe(0);
    expect(() => bitmapToGlyph({ data: new Uint8Array(12), width: 4, height: 4 })).toThrow(
      /4 x 4 needs 16.*got 12/,
    );
    expect(() => bitmapToGlyph({ data: new Uint8Array(4), width: 2, height: 2 }, 1)).toThrow(
      /threshold.*got 1/,
    );
  });
});

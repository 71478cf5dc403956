// smoothStrokes: removes staircases, keeps lines, corners, ends and dots.

import { describe, expect, it } from 'vitest';
import { renderGlyph, type Stroke } from '../../../src/data/strokes/glyph.js';
import { smoothStrokes } from '../../../src/data/strokes/smooth.js';
import { difference } from '../images.js';

/** The largest distance of a stroke's points from the line from (0, 0) in a direction. */
function maxDistance(stroke: Stroke, [dx, dy]: readonly [number, number]): number {
  let largest = 0;
  for (let i = 0; i < stroke.length; i += 2) {
    const distance = Math.abs(stroke[i] * dy - stroke[i + 1] * dx) / Math.hypot(dx, dy);
    largest = Math.max(largest, distance);
  }
  return largest;
}

/** A diagonal in steps of one unit, horizontal and vertical. */
const staircase = (steps: number): number[] =>
  Array.from({ length: steps }, (_, i) => [i, i, i + 1, i]).flat();

describe('smoothStrokes', () => {
  it('flattens a staircase', () => {
    for (const steps of [8, 12, 24]) {
      const stairs = staircase(steps);
      const smooth = Array.from(smoothStrokes([stairs])[0]);
      const inside = smooth.slice(
        Math.floor(smooth.length / 8) * 2,
        -Math.floor(smooth.length / 8) * 2,
      );
      const shifted = inside.map((value, i) => (i % 2 === 0 ? value - 0.5 : value));
      expect(maxDistance(shifted, [1, 1])).toBeLessThan(0.12);
      expect(
        maxDistance(
          stairs.map((value, i) => (i % 2 === 0 ? value - 0.5 : value)),
          [1, 1],
        ),
      ).toBeCloseTo(0.354, 3);
    }
  });

  it('keeps both ends, straight lines and dots', () => {
    const line = [3, 4, 50, 20, 97, 36];
    const [smooth, dot, twice, none] = smoothStrokes([line, [60, 5], [7, 8, 7, 8], []]);
    expect([smooth[0], smooth[1]]).toEqual([3, 4]);
    expect([smooth[smooth.length - 2], smooth[smooth.length - 1]]).toEqual([97, 36]);
    expect(
      maxDistance(
        Array.from(smooth, (v, i) => v - (i % 2 === 0 ? 3 : 4)),
        [47, 16],
      ),
    ).toBeLessThan(1e-9);
    expect(dot).toEqual([60, 5]);
    expect(twice).toEqual([7, 8, 7, 8]);
    expect(none).toEqual([]);
  });

  it('hardly changes corners', () => {
    const corners: Record<string, number[]> = {
      L: [0, 0, 0, 100, 60, 100],
      '7': [0, 0, 60, 0, 20, 100],
      Z: [0, 0, 80, 0, 0, 100, 80, 100],
    };
    for (const [name, stroke] of Object.entries(corners)) {
      const smooth = renderGlyph(smoothStrokes([stroke]));
      expect(difference(smooth, renderGlyph([stroke])), name).toBeLessThan(2);
      const coarse = stroke.map((value) => value / 20);
      const small = renderGlyph(smoothStrokes([coarse]));
      expect(difference(small, renderGlyph([stroke])), name).toBeLessThan(6);
    }
  });

  it('depends on neither the size nor the position of fractional coordinates', () => {
    const stroke = Array.from({ length: 60 }, (_, i) => ((i * 37) % 61) / 7);
    const image = renderGlyph(smoothStrokes([stroke]));
    const moved = stroke.map((value) => 0.25 * value + 8.125);
    expect(difference(renderGlyph(smoothStrokes([moved])), image)).toBeLessThan(0.01);
  });

  it('returns what renderGlyph rejects unchanged', () => {
    for (const strokes of [
      [[1, NaN, 2, 3]],
      [[1, 2, 3]],
      [[0, 0, Infinity, 1]],
      [[0, 0, 1e308, 1e308, -1e308, 0]],
    ]) {
      expect(smoothStrokes(strokes)).toEqual(strokes);
    }
  });
});

// The characters to pick: where they lie on the pad and how they are written bit by
// bit. No browser.

import { describe, expect, it } from 'vitest';
import { SAMPLES, strokesOf } from '../../src/app/web/samples/forms.js';
import { beginningOf } from '../../src/app/web/samples/play.js';

describe('samples', () => {
  it.each(SAMPLES)('$name lies in the middle of the pad', ({ path }) => {
    const points = strokesOf(path).flatMap((stroke) => Array.from(stroke));
    for (const [axis, name] of ['x', 'y'].entries()) {
      const values = points.filter((_, i) => i % 2 === axis);
      const [least, most] = [Math.min(...values), Math.max(...values)];
      expect((least + most) / 2, name).toBeCloseTo(0.5, 9);
      expect(most - least, name).toBeLessThanOrEqual(0.56 + 1e-9);
    }
  });
});

describe('beginningOf', () => {
  const strokes = [
    [0, 0, 3, 0, 3, 1],
    [5, 5, 5, 9],
  ]; // 4 and 4 long

  it.each([
    [0, []],
    [0.25, [[0, 0, 2, 0]]],
    [0.4375, [[0, 0, 3, 0, 3, 0.5]]],
    [0.5, [[0, 0, 3, 0, 3, 1]]],
    [
      0.75,
      [
        [0, 0, 3, 0, 3, 1],
        [5, 5, 5, 7],
      ],
    ],
    [1, strokes],
    [1.2, strokes],
  ])('%f of the way', (share, written) => {
    expect(beginningOf(strokes, share)).toEqual(written);
  });

  it('takes dots, which have no length', () => {
    expect(beginningOf([[1, 1], ...strokes], 0.25)).toEqual([
      [1, 1],
      [0, 0, 2, 0],
    ]);
  });
});

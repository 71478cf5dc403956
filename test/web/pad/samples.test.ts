// Tests the sample characters without a browser: position on the pad, prediction of the page's
// model, and animation.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Predictor } from '../../../src/app/web/prediction/predictor.js';
import { SAMPLES, strokesOf } from '../../../src/app/web/pad/samples/sampleCharacters.js';
import { strokesUpTo } from '../../../src/app/web/pad/samples/animation.js';
import { renderGlyph } from '../../../src/data/strokes/glyph.js';

describe('samples', () => {
  it.each(SAMPLES)('$name is in the middle of the pad', ({ path }) => {
    const points = strokesOf(path).flatMap((stroke) => Array.from(stroke));
    for (const [axis, name] of ['x', 'y'].entries()) {
      const values = points.filter((_, i) => i % 2 === axis);
      const [min, max] = [Math.min(...values), Math.max(...values)];
      expect((min + max) / 2, name).toBeCloseTo(0.5, 9);
      expect(max - min, name).toBeLessThanOrEqual(0.56 + 1e-9);
    }
  });

  it('are classified as their name', async () => {
    const model = new URL('../../../src/app/model/shipped/model.safetensors', import.meta.url);
    const reader = await Predictor.open(readFileSync(model), "the page's model");
    const verdicts: string[] = [];
    for (const { path } of SAMPLES)
      verdicts.push((await reader.predict(renderGlyph(strokesOf(path)))).verdict.text);
    reader.dispose();
    expect(verdicts).toEqual(['R', '4', 'g', '2', 'e', 'K', '0 or O', 'S or 5']);
  });
});

describe('beginningOf', () => {
  const strokes = [
    [0, 0, 3, 0, 3, 1],
    [5, 5, 5, 9],
  ]; // both have length 4

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
  ])('at %f of the length', (share, written) => {
    expect(strokesUpTo(strokes, share)).toEqual(written);
  });

  it('accepts dots, which have no length', () => {
    expect(strokesUpTo([[1, 1], ...strokes], 0.25)).toEqual([
      [1, 1],
      [0, 0, 2, 0],
    ]);
  });
});

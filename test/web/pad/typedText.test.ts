// Tests the strokes of typed characters.

import { describe, expect, it } from 'vitest';
import {
  isWritable,
  writeCharacter,
  writeLine,
} from '../../../src/app/web/pad/typing/typedText.js';
import { segment } from '../../../src/app/words/segment.js';
import { boundingBox } from '../../../src/data/strokes/boundingBox.js';

describe('typed characters', () => {
  it('are letters of both cases and digits', () => {
    for (const character of 'Aagz09') expect(isWritable(character), character).toBe(true);
    for (const character of ['é', '!', ' ', '', 'ß', 'AB'])
      expect(isWritable(character), character).toBe(false);
  });

  it('are centered on the pad, each time in another handwriting', () => {
    const strokes = writeCharacter('K', 0);
    const { left, top, right, bottom } = boundingBox(strokes);
    expect([left + right, top + bottom].map((sum) => sum / 2)).toEqual([
      expect.closeTo(0.5, 6),
      expect.closeTo(0.5, 6),
    ]);
    expect(Math.max(right - left, bottom - top)).toBeCloseTo(0.56, 6);
    expect(writeCharacter('K', 0)).toEqual(strokes);
    expect(writeCharacter('K', 1)).not.toEqual(strokes);
  });

  it('stand on a baseline, apart from each other, with spaces between words', () => {
    const groups = segment(writeLine(' His 2 goals', 0, 5));
    expect(groups.flatMap(({ spaceBefore }, i) => (spaceBefore ? [i] : []))).toEqual([3, 4]);
    expect(groups).toHaveLength(9);
    groups.forEach(({ box }, i) => {
      if (i === 4) expect(box.bottom, 'g').toBeGreaterThan(0.75);
      else expect(box.bottom).toBeCloseTo(0.68, 6);
    });
    expect(groups[5].box.top, 'o').toBeGreaterThan(groups[0].box.top + 0.1);
  });

  it('become smaller in a long line', () => {
    for (const aspect of [1.6, 4]) {
      const { left, right, bottom } = boundingBox(writeLine('ABCDEFGHIJKLMNOPQRST', 0, aspect));
      expect([left, right]).toEqual([expect.closeTo(0.12, 6), expect.closeTo(aspect - 0.12, 6)]);
      expect(bottom).toBeLessThan(1);
    }
  });
});
